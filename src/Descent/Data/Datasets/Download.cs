using System.Net;
using System.Net.Http.Headers;

namespace Descent.Data;

/// <summary>
/// The download of one file. What has come is kept in <c>name.part</c> beside the target, where the next attempt goes on if there is a
/// checksum to tell whether the parts fit; the target appears when it is whole.
/// </summary>
internal sealed class Download(DatasetFile file, Uri address, string target, IProgress<DownloadProgress>? progress)
{
    private const int BufferSize = 1 << 17;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(20), PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each part of the answer has its own
    };

    private string Part => target + ".part";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A part of an older version makes a wrong whole: then once more, from the beginning.
        var resumed = await ReceiveAsync(resume: file.Hash is not null, cancellationToken).ConfigureAwait(false);
        if (resumed && !DatasetStore.Matches(Part, file.Hash))
            await ReceiveAsync(resume: false, cancellationToken).ConfigureAwait(false);
        if (!DatasetStore.Matches(Part, file.Hash))
        {
            var hash = DatasetStore.HashOf(Part, file.Hash!.Length);
            File.Delete(Part);
            throw new InvalidDataException($"'{file.Name}' must have the checksum {file.Hash}. Received: {hash} from {address}. The file there has changed, or something on the way has changed it; nothing was kept.");
        }

        File.Move(Part, target, overwrite: true);
    }

    /// <summary>Fills the part file; true if it holds what an earlier attempt received.</summary>
    private async Task<bool> ReceiveAsync(bool resume, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var start = resume && File.Exists(Part) ? new FileInfo(Part).Length : 0;
            patience.CancelAfter(Patience);
            using var response = await SendAsync(start, patience.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && start > 0) return true; // nothing is missing, or nothing fits
            var continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == start;
            if (response.StatusCode != HttpStatusCode.OK && !continues)
                throw new HttpRequestException($"the server answers {(int)response.StatusCode} {response.ReasonPhrase}", null, response.StatusCode);

            using var part = new FileStream(Part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
            await CopyAsync(response, part, patience).ConfigureAwait(false);
            part.Flush(flushToDisk: true);
            return continues;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"the server did not answer for {Patience.TotalSeconds} seconds", null, e);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException($"The download of '{file.Name}' was cancelled.", e, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Failed(e.Message, e.StatusCode, e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(long start, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (start > 0) request.Headers.Range = new RangeHeaderValue(start, null);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream part, CancellationTokenSource patience)
    {
        var total = part.Position + response.Content.Headers.ContentLength;
        using var content = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        var buffer = new byte[BufferSize];
        while (await ReadAsync(content, buffer, patience.Token).ConfigureAwait(false) is var read and > 0)
        {
            await part.WriteAsync(buffer.AsMemory(0, read), patience.Token).ConfigureAwait(false);
            progress?.Report(new DownloadProgress(file.Name, part.Position, total));
            patience.CancelAfter(Patience);
        }
    }

    // A fault of the network, unlike one of the disk.
    private static async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new HttpRequestException($"the connection broke ({e.Message.TrimEnd('.')})", e);
        }
    }

    private HttpRequestException Failed(string reason, HttpStatusCode? status, Exception cause) => new(
        $"'{file.Name}' could not be downloaded from {address}: {reason.TrimEnd('.')}. Try again when the address can be reached{(file.Hash is null ? "" : " (what has come is kept)")}, or put the file at '{target}'.",
        cause, status);
}
