using Descent.Optimizers;

namespace Descent.Saving;

/// <summary>The state of an optimizer in a file.</summary>
internal static class OptimizerState
{
    /// <summary>Builds the optimizer of a model and matches its variables with the state in a file.</summary>
    /// <param name="model">The model, compiled.</param>
    /// <param name="stored">The optimizer's variables in the file, in their order; none if it was saved without.</param>
    /// <param name="report">Takes what became of each.</param>
    /// <param name="isStrict">Whether a state that does not fit is an error; otherwise the optimizer begins anew, and the report says so.</param>
    /// <returns>What is to be read; null if the optimizer begins anew.</returns>
    /// <exception cref="InvalidDataException">The state is that of another optimizer or other weights.</exception>
    public static StateMatch? Match(Model model, IReadOnlyList<StoredTensor> stored, LoadReport report, bool isStrict = true)
    {
        var optimizer = model.Optimizer!;
        var lacksSlots = stored.All(s => s.Dimensions.Count == 0);
        if (lacksSlots && stored.Count < optimizer.Variables.Count && optimizer.Iterations > 0)
            throw new InvalidDataException($"{report.File} must have the whole state of optimizer '{optimizer.Name}', which has stepped already. Received: {stored.Count} of {optimizer.Variables.Count} variables. Compile the model again for an optimizer that begins anew, or load without IncludeOptimizer.");
        if (stored.Count == 0)
        {
            report.NoteList.Add("the optimizer begins anew: the file has no state of one");
            return null;
        }

        if (model.Weights.Count > 0) optimizer.BuildFor(model.Weights);
        IReadOnlyList<Variable> unsaved = optimizer.Unsaved;
        IReadOnlyList<Variable> variables = [.. optimizer.Variables.Except(unsaved)];
        var lacksUnsaved = unsaved.Count > 0 && stored.Count == variables.Count;
        if (lacksSlots && stored.Count < variables.Count)
        {
            // It was saved before its first step, with nothing but its counters and rates.
            variables = [.. optimizer.FirstVariables.Take(stored.Count)];
            report.NoteList.Add("the optimizer was saved before its first step");
        }
        else if (lacksUnsaved)
        {
            report.NoteList.Add($"{unsaved.Count} of the optimizer's variables, which Keras does not save, follow from the others");
        }
        else
        {
            variables = [.. variables, .. unsaved];
        }

        var own = new LoadReport(report.File);
        var match = StateMatch.InOrder(variables, stored, own);
        if (lacksUnsaved) match.AfterReading(() => RestoreAttributes(optimizer));
        if (!isStrict && !own.IsComplete)
        {
            report.NoteList.Add($"the optimizer begins anew: its state in the file is of another form. {own}");
            return null;
        }

        return match.RequireComplete($"optimizer '{optimizer.Name}'");
    }

    private static void RestoreAttributes(Optimizer optimizer)
    {
        foreach (var one in optimizer.Nest) one.RestoreAttributes();
    }
}
