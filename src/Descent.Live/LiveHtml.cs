using System.Security.Cryptography;
using System.Text;

namespace Descent.Live;

/// <summary>The page: one document with its style and its script, which asks for nothing else.</summary>
internal static class LiveHtml
{
    private static readonly string Style = Read("page.css");
    private static readonly string Script = Read("chart.js") + Read("page.js");

    /// <summary>The document.</summary>
    public static byte[] Bytes { get; } = Encoding.UTF8.GetBytes(
        Read("page.html").Replace("/*style*/", Style, StringComparison.Ordinal).Replace("/*script*/", Script, StringComparison.Ordinal));

    /// <summary>What the browser may run and load: this style, this script, the events. Whatever else came into the page would be dead.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src {Hash(Style)}; script-src {Hash(Script)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string name)
    {
        using var stream = typeof(LiveHtml).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
