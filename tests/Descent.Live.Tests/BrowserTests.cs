using Descent.Callbacks;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Descent.Live.Tests;

/// <summary>The page as people see it.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Image = "<img src=x onerror=\"window.hacked=1\">\"'\\";
    private const string Hostile = Image + "</script><script>window.hacked=1</script>";

    [BrowserFact]
    public async Task Page_WhileTrainingRuns_ShowsValuesThatChange()
    {
        using var training = new EndlessTraining();
        var errors = new List<string>();
        var page = await browser.OpenAsync(training.Page.Address!);
        page.Console += (_, message) => errors.Add(message.Text);
        page.PageError += (_, error) => errors.Add(error);

        await Expect(State(page)).ToHaveTextAsync("running");
        await Expect(page.Locator("#model")).ToHaveTextAsync("digits");
        await Expect(page.Locator("#parameters")).ToHaveTextAsync("67 parameters");
        await Expect(page.Locator("h2")).ToHaveTextAsync(["loss", "accuracy", "learning rate", "gradient norm", "examples per second"]);
        await Expect(Values(page, "loss")).ToHaveTextAsync([Number("batch"), Number("epoch"), Number("validation")]);
        await Expect(Values(page, "accuracy")).ToHaveTextAsync([Number("so far in the epoch"), Number("epoch"), Number("validation")]);
        await Expect(Values(page, "learning rate")).ToHaveTextAsync(["0.001"]);
        await Expect(Values(page, "gradient norm")).ToHaveTextAsync([Number("")]);
        await Expect(page.Locator("#batch")).ToHaveTextAsync(Matching(@"^\d / 8$"));
        await Expect(page.Locator("#left")).ToHaveTextAsync(Matching(@"^\d+:\d\d:\d\d$"));

        foreach (var changing in new[] { page.Locator("#epoch"), Values(page, "loss").Nth(0), Values(page, "gradient norm"), Values(page, "examples per second") })
            await Expect(changing).Not.ToHaveTextAsync(await changing.InnerTextAsync());
        Assert.True(await IsDrawnAsync(page, "loss"));

        await training.EndAsync();
        await Expect(State(page)).ToHaveTextAsync("stopped");
        await Expect(page.Locator("#message")).ToHaveTextAsync("Stopped early by a callback.");
        Assert.Empty(errors);
    }

    [BrowserFact]
    public async Task StopButton_Pressed_EndsAfterTheStepAndKeepsTheModel()
    {
        float[]? last = null;
        EndlessTraining? training = null;
        using (training = new EndlessTraining(() => last = training?.Model.Weights[0].ToArray()))
        {
            var page = await browser.OpenAsync(training.Page.Address!);
            await training.GoOnAsync();
            await page.ClickAsync("#stop");
            await training.Run;

            // The button may be pressed between the end of a step and the beginning of the next.
            Assert.InRange(training.StepsAfterStop, 0, 1);
            Assert.Equal(last, training.Model.Weights[0].ToArray());
            Assert.Equal([100, 3], training.Model.Predict(EndlessTraining.X).Shape);
            await Expect(State(page)).ToHaveTextAsync("stopped");
            await Expect(page.Locator("#message")).ToHaveTextAsync("Stopped by the button.");
            await Expect(page.Locator("#stop")).ToBeDisabledAsync();
        }
    }

    [BrowserFact]
    public async Task Connection_ThatBreaks_IsMadeAgainAndMissesNothing()
    {
        using var training = new EndlessTraining();
        using var relay = new Relay(training.Page.Address!);
        var page = await browser.OpenAsync(relay.Address);
        await Expect(State(page)).ToHaveTextAsync("running");

        relay.Cut();
        await Expect(State(page)).ToHaveTextAsync("reconnecting");
        await Expect(page.Locator("#stop")).ToBeDisabledAsync();
        await training.GoOnAsync();
        relay.Mend();

        await Expect(State(page)).ToHaveTextAsync("running");
        await Expect(page.Locator("#stop")).ToBeEnabledAsync();
        await Expect(page.Locator("h2")).ToHaveCountAsync(5);
        var epoch = await page.Locator("#epoch").InnerTextAsync();
        await Expect(page.Locator("#epoch")).Not.ToHaveTextAsync(epoch);
    }

    [BrowserFact]
    public async Task Tabs_Two_BothShowAndOneMayLeave()
    {
        using var training = new EndlessTraining();
        var (first, second) = (await browser.OpenAsync(training.Page.Address!), await browser.OpenAsync(training.Page.Address!));
        await Expect(State(first)).ToHaveTextAsync("running");
        await Expect(State(second)).ToHaveTextAsync("running");

        await first.CloseAsync();
        await training.GoOnAsync(400);
        await Expect(second.Locator("#epoch")).Not.ToHaveTextAsync(await second.Locator("#epoch").InnerTextAsync());

        await second.CloseAsync();
        await training.GoOnAsync(400);
    }

    [BrowserFact]
    public async Task Page_ThatIsTakenDown_KeepsWhatItShowed()
    {
        var training = new EndlessTraining();
        var page = await browser.OpenAsync(training.Page.Address!);
        await Expect(Values(page, "loss")).ToHaveCountAsync(3);
        training.Dispose();

        await Expect(page.Locator("#message")).ToContainTextAsync("The program has closed this page");
        await Expect(State(page)).ToHaveTextAsync("stopped");
        await Expect(Values(page, "loss")).ToHaveTextAsync([Number("batch"), Number("epoch"), Number("validation")]);
        Assert.True(await IsDrawnAsync(page, "loss"));
    }

    [BrowserFact]
    public async Task Names_ThatAreHtml_AreText()
    {
        using var live = new LivePage { Output = TextWriter.Null };
        var model = EndlessTraining.Classifier(Image);
        var adds = new LambdaCallback { EpochEnd = (_, logs) => logs[Hostile] = 1 };
        Assert.Throws<InvalidOperationException>(() => model.Fit(
            EndlessTraining.X, EndlessTraining.Y, verbose: 0, callbacks: [adds, live, new LambdaCallback { EpochEnd = (_, _) => throw new InvalidOperationException(Hostile) }]));

        var page = await browser.OpenAsync(live.Address!);
        await Expect(page.Locator("#model")).ToHaveTextAsync(Image);
        await Expect(State(page)).ToHaveTextAsync("failed");
        await Expect(page.Locator("#message")).ToHaveTextAsync(Hostile);
        await Expect(page.Locator("h2").Last).ToHaveTextAsync(Hostile);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("window.hacked === undefined"));
    }

    [BrowserFact]
    public async Task Script_ThatGotIntoThePage_DoesNotRun()
    {
        using var live = new LivePage { Output = TextWriter.Null };
        live.Start();
        var page = await browser.OpenAsync(live.Address!);
        await page.EvaluateAsync("() => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\">'); const s = document.createElement('script'); s.textContent = 'window.hacked=1'; document.body.append(s); }");
        Assert.True(await page.EvaluateAsync<bool>("new Promise(done => setTimeout(() => done(window.hacked === undefined), 200))"));
    }

    [BrowserFact]
    public async Task LongTraining_StaysBoundedInThePage()
    {
        using var live = new LivePage { Output = TextWriter.Null };
        live.Start();
        var page = await browser.OpenAsync(live.Address!);
        await page.EvaluateAsync("() => { window.most = 0; const set = Chart.prototype.set; Chart.prototype.set = function (name, from, points) { set.call(this, name, from, points); window.most = Math.max(window.most, this.lines.get(name).points.length); }; }");
        for (var i = 0; i < 20; i++)
        {
            for (var j = 0; j < 5000; j++) live.Record.Add(Lines.Loss, Lines.Batch, new LivePoint(i * 5000 + j, j == 7 ? 100 : 1));
            await Task.Delay(60);
        }

        await Expect(page.Locator("canvas")).ToHaveAttributeAsync("aria-label", "loss: batch 1");
        Assert.InRange(await page.EvaluateAsync<int>("window.most"), 1000, LiveLine.MostPoints);
    }

    private static ILocator State(IPage page) => page.Locator("#state");

    private static ILocator Values(IPage page, string chart) => page.Locator($"section[data-chart='{chart}'] li");

    private static System.Text.RegularExpressions.Regex Matching(string pattern) => new(pattern);

    private static System.Text.RegularExpressions.Regex Number(string label) => new($@"^{label}\d[\d.,e-]*$");

    // Whether there is ink of the first line's colour.
    private static Task<bool> IsDrawnAsync(IPage page, string chart) => page.EvaluateAsync<bool>(
        """
        chart => {
          const canvas = document.querySelector(`section[data-chart='${chart}'] canvas`);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) if (data[i] === 0 && data[i + 1] === 0x72 && data[i + 2] === 0xb2 && data[i + 3] > 200) return true;
          return false;
        }
        """, chart);
}
