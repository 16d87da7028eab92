namespace Descent.Tests.Serialization;

public class KerasNamesTests
{
    [Theory]
    [InlineData("SGD", "sgd")]
    [InlineData("RMSprop", "rm_sprop")]
    [InlineData("AdamW", "adam_w")]
    [InlineData("ScheduleFreeAdamW", "schedule_free_adam_w")]
    [InlineData("LossScaleOptimizer", "loss_scale_optimizer")]
    [InlineData("Conv2D", "conv2d")]
    [InlineData("MaxPooling2D", "max_pooling2d")]
    [InlineData("LSTM", "lstm")]
    [InlineData("SimpleRNN", "simple_rnn")]
    [InlineData("PReLU", "p_re_lu")]
    public void ToSnakeCase_ClassName_GivesKerasName(string name, string expected)
        => Assert.Equal(expected, KerasNames.ToSnakeCase(name));

    [Fact]
    public void Comparer_CaseAndUnderscoresDiffer_AreEqual()
    {
        Assert.Equal("GlorotUniform", "glorot_uniform", KerasNames.Comparer);
        Assert.NotEqual("GlorotUniform", "glorot_normal", KerasNames.Comparer);
    }

    [Theory]
    [InlineData("adm", " Did you mean 'Adam'?")]
    [InlineData("rmspop", " Did you mean 'RMSprop'?")]
    [InlineData("sdg", " Did you mean 'SGD'?")]
    [InlineData("rms", " Did you mean 'RMSprop'?")]
    [InlineData("something_else", "")]
    public void DidYouMean_Name_ListsWhatIsNear(string name, string expected)
        => Assert.Equal(expected, KerasNames.DidYouMean(name, ["SGD", "RMSprop", "Adam", "Nadam", "AdamW"]));
}
