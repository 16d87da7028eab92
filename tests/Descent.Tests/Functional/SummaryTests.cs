using Descent.Layers;

namespace Descent.Tests.Functional;

public class SummaryTests
{
    [Fact]
    public void Summary_ClassOfTheUserAfterACall_ShowsShapesAndCounts()
    {
        var model = new TwoBranches();
        Assert.Contains("0 (unbuilt)", Text(model), StringComparison.Ordinal);
        model.Predict(Tensor.Ones([2, 6, 3]));
        var lines = Text(model).Split('\n');
        AssertRow("branch (Conv1D)", "(None, 5, 4)", "28");
        AssertRow("lstm (LSTM)", "(None, 5, 2), (None, 2),", "(None, 2) ", "56");
        AssertRow("unused (Dense)", "?", "0 (unbuilt)");
        AssertRow("picky (Picky)", "(None, 5, 2)", "0");
        Assert.Contains(lines, l => l.Contains("Total params: 84", StringComparison.Ordinal));

        void AssertRow(params string[] cells) =>
            Assert.All(cells, cell => Assert.Contains(cell, string.Join(' ', lines.SkipWhile(l => !l.Contains(cells[0], StringComparison.Ordinal)).TakeWhile(l => !l.StartsWith('├') && !l.StartsWith('└'))), StringComparison.Ordinal));
    }

    [Fact]
    public void Summary_LongNames_EndWithAnEllipsisAndAreNotCutInTwo()
    {
        const string Name = "a_layer_whose_name_is_far_too_long_for_any_column";
        var x = Keras.Input([3], name: "x");
        var (long1, short1) = (new Dense(2) { Name = Name }.Apply(x), new Dense(2) { Name = "short" }.Apply(x));
        var text = Text(new Model(x, new Add { Name = "sum" }.Apply([long1, short1])));
        Assert.Contains(" a_layer_whose_name_is_far_to… ", text, StringComparison.Ordinal);
        Assert.Contains(" a_layer_whose_name_is_…[0][0], ", text, StringComparison.Ordinal);
        Assert.Contains("short[0][0]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("any_column", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 108));
    }

    [Fact]
    public void Summary_OfAGraph_HasRoomForConnectionsOfUsualNames()
    {
        var x = Keras.Input([8, 8, 3]);
        var y = new BatchNormalization().Apply(new Conv2D(4, 3) { Padding = "same" }.Apply(x));
        var text = Text(new Model(x, new Add().Apply([y, new BatchNormalization().Apply(y)])));
        foreach (var whole in (string[])[" batch_normalization_1[0][0] ", " batch_normalization[0][0], ", " (BatchNormalization) ", " conv2d (Conv2D) "])
            Assert.Contains(whole, text, StringComparison.Ordinal);
        Assert.DoesNotContain("…", text, StringComparison.Ordinal);
    }

    private static string Text(Model model)
    {
        var text = new StringWriter();
        model.Summary(text);
        return text.ToString();
    }

    private sealed class TwoBranches : Model
    {
        private readonly Conv1D _branch;
        private readonly LSTM _lstm;
        private readonly Picky _picky;

        public TwoBranches()
        {
            _branch = Track(new Conv1D(4, 2) { Name = "branch" });
            _lstm = Track(new LSTM(2) { Name = "lstm", ReturnSequences = true, ReturnState = true });
            _picky = Track(new Picky { Name = "picky" });
            Track(new Dense(1) { Name = "unused" });
        }

        public override Tensor Call(Tensor x, bool training = false) => _picky.Apply(_lstm.Apply(_branch.Apply(x, training), training));
    }

    private sealed class Picky : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => x * 2f;
    }
}
