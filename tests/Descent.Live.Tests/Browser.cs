using Microsoft.Playwright;

namespace Descent.Live.Tests;

/// <summary>A test in a real browser: where there is none it is skipped, but not in CI, which installs one.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !File.Exists(Browser.Program)) Skip = $"needs {Browser.Program}: apt-get install chromium";
    }
}

/// <summary>Debian's Chromium, for all tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    internal const string Program = "/usr/bin/chromium";

    private const int Patience = 60_000; // milliseconds

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Opens an address in a window of its own.</summary>
    public async Task<IPage> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        _playwright ??= await Playwright.CreateAsync();

        // Chromium refuses its own sandbox to root, which builds in containers are.
        _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Environment.UserName == "root" ? ["--no-sandbox"] : [] });
        var page = await (await _browser.NewContextAsync(options)).NewPageAsync();
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience); // 5 seconds are little on a machine that is busy
        await page.GotoAsync(address.ToString());
        return page;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
