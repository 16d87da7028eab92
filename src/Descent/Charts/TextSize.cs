namespace Descent.Charts;

/// <summary>How wide text will be, about: which font a picture meets is not known where it is written.</summary>
internal static class TextSize
{
    /// <summary>The size of regular letters that are as wide as those of the class <c>strong</c>.</summary>
    public const double Strong = 14.5;

    private const string Narrow = " .,:;'|!iljtfrI()[]/";
    private const string Wide = "mwMW@%—…→";

    /// <summary>The width in pixels; rather too much than too little.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The size of the font in pixels.</param>
    public static double Width(string text, double size = 12)
    {
        var width = 0.0;
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value <= char.MaxValue ? (char)rune.Value : '\uFFFF';
            width += Narrow.Contains(c) ? 0.35 : Wide.Contains(c) ? 0.95 : c >= 0x2E80 ? 1.0 : char.IsUpper(c) ? 0.7 : 0.6;
        }

        return width * size;
    }

    /// <summary>The text, cut to a width.</summary>
    public static string Shorten(string text, double width, double size = 12) =>
        Width(text, size) <= width ? text : $"{Head(text, width - Width("…", size), size)}…";

    /// <summary>The text in lines no wider than a width, cut after a space, <c>_</c>, <c>/</c>, <c>-</c> or <c>,</c> where it has one.</summary>
    public static IReadOnlyList<string> Wrap(string text, double width, double size = 12)
    {
        List<string> lines = [];
        while (Width(text, size) > width)
        {
            var head = Head(text, width, size);
            var cut = head.AsSpan().LastIndexOfAny(" _/-,") + 1;
            if (cut > head.Length / 3) head = head[..cut];
            lines.Add(head.TrimEnd());
            text = text[head.Length..].TrimStart();
        }

        if (text.Length > 0 || lines.Count == 0) lines.Add(text);
        return lines;
    }

    // As much as fits, but something.
    private static string Head(string text, double width, double size)
    {
        var length = 0;
        var used = 0.0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += Width(rune.ToString(), size);
            if (used > width && length > 0) break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
