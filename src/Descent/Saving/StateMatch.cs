namespace Descent.Saving;

/// <summary>Which tensor of a file goes to which variable. Everything is decided, and reported, before anything is read.</summary>
internal sealed class StateMatch
{
    private readonly List<(Variable Variable, StoredTensor Stored)> _pairs = [];
    private Action? _afterReading;

    private StateMatch(LoadReport report) => Report = report;

    public LoadReport Report { get; }

    /// <summary>Matches the weights of a model.</summary>
    /// <param name="slots">The weights.</param>
    /// <param name="stored">The tensors of the file.</param>
    /// <param name="report">Takes what became of each.</param>
    /// <param name="options">What is renamed and skipped, and whether names count.</param>
    /// <param name="byName">Whether the file itself knows names alone.</param>
    /// <exception cref="InvalidDataException">Two tensors have one name.</exception>
    public static StateMatch Of(IReadOnlyList<StateSlot> slots, IReadOnlyList<StoredTensor> stored, LoadReport report, LoadOptions options, bool byName)
    {
        var match = new StateMatch(report);
        byName |= options.MatchesByName;
        var left = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var tensor in stored)
        {
            var key = byName ? options.Renamed(tensor.Name) : tensor.Number;
            if (key.Length == 0 || !left.TryAdd(key, tensor))
                throw new InvalidDataException($"Each tensor of a file must have a name of its own. Received: '{key}' for '{tensor.Place}' in {report.File}.");
        }

        foreach (var slot in slots)
        {
            var key = !byName ? slot.Number : left.ContainsKey(slot.Name) ? slot.Name : slot.NumberedName;
            left.Remove(key, out var tensor);
            if (options.Skips(slot.Name)) report.SkippedList.Add(slot.Variable.Path);
            else if (tensor is null) report.MissingList.Add(slot.Variable.Path);
            else match.Pair(slot.Variable, tensor);
        }

        report.UnexpectedList.AddRange(left.Values.Select(t => t.Place));
        report.NoteList.AddRange(options.Idle(stored.Select(t => t.Name), slots.Select(s => s.Name)));
        return match;
    }

    /// <summary>Matches variables and tensors one by one, in their order.</summary>
    public static StateMatch InOrder(IReadOnlyList<Variable> variables, IReadOnlyList<StoredTensor> stored, LoadReport report)
    {
        var match = new StateMatch(report);
        for (var i = 0; i < Math.Max(variables.Count, stored.Count); i++)
        {
            if (i >= stored.Count) report.MissingList.Add(variables[i].Path);
            else if (i >= variables.Count) report.UnexpectedList.Add(stored[i].Place);
            else match.Pair(variables[i], stored[i]);
        }

        return match;
    }

    /// <summary>Refuses a file that does not have exactly what the model has.</summary>
    /// <param name="what">What the file is loaded into.</param>
    /// <returns>This.</returns>
    /// <exception cref="InvalidDataException">Something is missing, unexpected or of another shape.</exception>
    public StateMatch RequireComplete(string what) => Report.IsComplete ? this : throw new InvalidDataException(
        $"A file must have exactly the variables of {what}, unless LoadOptions says otherwise. Received: {Report.Describe($"{_pairs.Count} would match, none was read")}");

    /// <summary>The same unless options are content with less.</summary>
    /// <returns>This.</returns>
    /// <exception cref="InvalidDataException">Something is missing, unexpected or of another shape.</exception>
    public StateMatch Require(LoadOptions options, Model model) => options.Strict ? RequireComplete($"model '{model.Name}'") : this;

    /// <summary>Adds what another part of the same file matched.</summary>
    /// <returns>This.</returns>
    public StateMatch And(StateMatch? other)
    {
        if (other is null) return this;
        _pairs.AddRange(other._pairs);
        _afterReading += other._afterReading;
        Report.Include(other.Report);
        return this;
    }

    /// <summary>Has something follow once all has been read.</summary>
    public void AfterReading(Action action) => _afterReading += action;

    /// <summary>Reads all that matched once all of it has been found to be whole: all or nothing, without a copy of the old values or of the new.</summary>
    /// <param name="verified">Called between the two.</param>
    /// <exception cref="InvalidDataException">A part is damaged; nothing is changed.</exception>
    /// <exception cref="IOException">The disk fails half-way, or the file was changed meanwhile; the message says what has been read.</exception>
    public void VerifyAndRead(Action? verified = null)
    {
        foreach (var (variable, stored) in _pairs) stored.Verify(variable);
        verified?.Invoke();
        try
        {
            Read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new IOException(
                $"A file must stay as it is while it is loaded. Received: {Report.File}, which was whole and then could not be read again at '{_pairs[Report.Matched.Count].Variable.Path}': "
                + $"{Report.Matched.Count} of {_pairs.Count} variables have their new values, this one may have some of them, and the others have their old ones. Load it, or another, again. {e.Message}", e);
        }
    }

    /// <summary>Reads all that matched. What was read when a part turns out to be damaged stays.</summary>
    public void Read()
    {
        foreach (var (variable, stored) in _pairs)
        {
            stored.Read(variable);
            Report.MatchedList.Add(variable.Path);
        }

        _afterReading?.Invoke();
        var blind = _pairs.Count(p => !p.Stored.IsChecked);
        if (blind > 0) Report.NoteList.Add($"{blind} of {_pairs.Count} tensors have no checksum");
    }

    private void Pair(Variable variable, StoredTensor stored)
    {
        if (stored.Fits(variable)) _pairs.Add((variable, stored));
        else Report.WrongShapeList.Add($"{variable.Path}: {variable.DType.KerasName()} of shape {variable.Shape} in the model, {stored} in the file");
    }
}
