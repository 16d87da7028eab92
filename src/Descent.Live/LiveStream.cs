using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Descent.Live;

/// <summary>Sends all browsers what changes, some times a second, as Server-Sent Events. Who comes, or comes again, gets everything first.</summary>
internal sealed class LiveStream : IDisposable
{
    // A browser that is further behind is cut off. It comes again by itself.
    private const int MostWaiting = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly byte[] Retry = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] Data = "data: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();

    private readonly LiveRecord _record;
    private readonly Lock _turn = new();
    private readonly List<Channel<byte[]>> _browsers = [];
    private readonly Timer _timer;
    private bool _isOver;

    /// <summary>Begins.</summary>
    /// <param name="record">What is sent.</param>
    /// <param name="requestSample">Called in each interval.</param>
    public LiveStream(LiveRecord record, Action requestSample)
    {
        _record = record;
        _timer = new Timer(_ =>
        {
            Send();
            requestSample();
        }, null, Interval, Interval);
    }

    /// <summary>Sends to one browser until it leaves, is too slow, or all is over.</summary>
    public async Task ServeAsync(HttpResponse response, CancellationToken left)
    {
        response.ContentType = "text/event-stream";
        await response.Body.WriteAsync(Retry, left);
        var browser = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        lock (_turn)
        {
            // Changes that are sent next may be in it already, which does no harm.
            browser.Writer.TryWrite(_record.Snapshot());
            if (_isOver) browser.Writer.Complete();
            else _browsers.Add(browser);
        }

        try
        {
            await foreach (var message in browser.Reader.ReadAllAsync(left))
            {
                await response.Body.WriteAsync(Data, left);
                await response.Body.WriteAsync(message, left);
                await response.Body.WriteAsync(End, left);
                await response.Body.FlushAsync(left);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has left.
        }
        finally
        {
            lock (_turn) _browsers.Remove(browser);
        }
    }

    /// <summary>Sends what is left, and ends the answers to all browsers.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            Send();
            _isOver = true;
            foreach (var browser in _browsers) browser.Writer.Complete();
        }

        _timer.Dispose();
    }

    private void Send()
    {
        lock (_turn)
        {
            if (_isOver || _browsers.Count == 0) return;
            var changes = _record.Changes();
            for (var i = _browsers.Count - 1; i >= 0; i--)
            {
                if (_browsers[i].Writer.TryWrite(changes)) continue;
                _browsers[i].Writer.Complete();
                _browsers.RemoveAt(i);
            }
        }
    }
}
