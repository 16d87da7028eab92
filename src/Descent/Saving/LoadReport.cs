using System.Text;

namespace Descent;

/// <summary>What became of each weight and each tensor of a file that was loaded. Nothing is skipped without a line here.</summary>
public sealed class LoadReport
{
    internal LoadReport(string file) => File = file;

    /// <summary>What was loaded.</summary>
    public string File { get; }

    /// <summary>The paths of the variables that have their values from the file.</summary>
    public IReadOnlyList<string> Matched => MatchedList;

    /// <summary>The paths of the variables that the file does not have.</summary>
    public IReadOnlyList<string> Missing => MissingList;

    /// <summary>The tensors of the file that no variable took, as the file calls them.</summary>
    public IReadOnlyList<string> Unexpected => UnexpectedList;

    /// <summary>The variables whose tensor in the file has another shape or type, each with both.</summary>
    public IReadOnlyList<string> WrongShape => WrongShapeList;

    /// <summary>The paths of the variables that <see cref="LoadOptions.Skip"/> left as they were.</summary>
    public IReadOnlyList<string> Skipped => SkippedList;

    /// <summary>What else there is to know, such as that the file has no checksums.</summary>
    public IReadOnlyList<string> Notes => NoteList;

    /// <summary>Whether every variable and every tensor found its counterpart, skipped ones aside.</summary>
    public bool IsComplete => Missing.Count == 0 && Unexpected.Count == 0 && WrongShape.Count == 0;

    internal List<string> MatchedList { get; } = [];

    internal List<string> MissingList { get; } = [];

    internal List<string> UnexpectedList { get; } = [];

    internal List<string> WrongShapeList { get; } = [];

    internal List<string> SkippedList { get; } = [];

    internal List<string> NoteList { get; } = [];

    /// <summary>Adds what a report of another part of the same file says.</summary>
    internal void Include(LoadReport part)
    {
        MatchedList.AddRange(part.Matched);
        MissingList.AddRange(part.Missing);
        UnexpectedList.AddRange(part.Unexpected);
        WrongShapeList.AddRange(part.WrongShape);
        SkippedList.AddRange(part.Skipped);
        NoteList.AddRange(part.Notes);
    }

    /// <summary>The report as text, one kind a paragraph.</summary>
    public override string ToString() => Describe($"{Matched.Count} matched");

    /// <summary>The report as text.</summary>
    /// <param name="matched">What to say of those that matched.</param>
    internal string Describe(string matched)
    {
        var text = new StringBuilder($"{File}: {matched}.");
        Append("Missing in the file", Missing);
        Append("Unexpected in the file", Unexpected);
        Append("Of another shape or type", WrongShape);
        Append("Skipped", Skipped);
        Append("Notes", Notes);
        return text.ToString();

        void Append(string title, IReadOnlyList<string> lines)
        {
            if (lines.Count > 0) text.Append('\n').Append(title).Append(": ").AppendJoin("; ", lines).Append('.');
        }
    }
}
