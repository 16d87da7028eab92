namespace Descent.Data;

/// <summary>How far the download of a data set has come.</summary>
/// <param name="FileName">The name of the file in the cache.</param>
/// <param name="BytesReceived">The bytes that are here, those of an earlier, interrupted download included.</param>
/// <param name="TotalBytes">The bytes of the whole file; null if the server does not say.</param>
public readonly record struct DownloadProgress(string FileName, long BytesReceived, long? TotalBytes);
