using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Descent.Live.Tests;

/// <summary>The page on screens of all kinds. Given a folder in <c>LIVE_PICTURES</c>, the pictures of the docs are written there: <c>docs/pictures/make</c> does so.</summary>
public sealed class PictureTests(Browser browser) : IClassFixture<Browser>
{
    private const int Most = 200_000;

    [BrowserFact]
    public async Task Page_OnEveryScreen_FitsIt()
    {
        RandomSeed.Set(3);
        using var live = new LivePage { Output = TextWriter.Null };
        live.Start();
        using var looked = new ManualResetEventSlim();
        var training = Task.Run(() => Train(live, looked));
        var desktop = await browser.OpenAsync(live.Address!, new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        var dark = await browser.OpenAsync(live.Address!, new() { ViewportSize = new() { Width = 1280, Height = 800 }, ColorScheme = ColorScheme.Dark });
        var phone = await browser.OpenAsync(live.Address!, new() { ViewportSize = new() { Width = 390, Height = 844 }, DeviceScaleFactor = 1.25f });

        await Expect(phone.Locator("#epoch")).ToHaveTextAsync("8 / 12");
        await LookAsync(desktop, "live");
        await LookAsync(phone, "live-phone");
        looked.Set();
        await training;
        await Expect(dark.Locator("#state")).ToHaveTextAsync("finished");
        await LookAsync(dark, "live-dark");
    }

    private static async Task LookAsync(IPage page, string name)
    {
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        var picture = await page.ScreenshotAsync(new() { FullPage = true });
        Assert.InRange(picture.Length, 10_000, Most);
        if (Environment.GetEnvironmentVariable("LIVE_PICTURES") is { Length: > 0 } folder) await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), picture);
    }

    // Slowly, as people look, and in the middle only once somebody has.
    private static void Train(LivePage live, ManualResetEventSlim looked)
    {
        var (x, y) = DrawnDigits.Generate(1600, seed: 1);
        var model = new Sequential([new Dense(64, "relu") { InputShape = [x.GetLength(1)] }, new Dropout(0.3), new Dense(10, "softmax")]) { Name = "digits" };
        model.Compile(new Adam(new CosineDecay(2e-3, 40 * 12)), "sparse_categorical_crossentropy", ["accuracy"]);
        var epoch = 0;
        var slowly = new LambdaCallback
        {
            EpochBegin = number => epoch = number,
            TrainBatchEnd = (batch, _) =>
            {
                Thread.Sleep(25);
                if (epoch == 7 && batch == 20) looked.Wait(TimeSpan.FromMinutes(2));
            },
        };
        model.Fit(x, y, batchSize: 32, epochs: 12, validationSplit: 0.2, verbose: 0, callbacks: [live, slowly]);
    }
}
