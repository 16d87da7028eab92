using System.Runtime.InteropServices;

namespace Descent.Metrics;

/// <content>How a batch is counted of which only parts are at hand: what each part adds to the state is measured apart, and added up.</content>
public abstract partial class Metric
{
    private int? _known; // variables before the update that is measured

    /// <summary>Puts the state aside and clears it, so that the next update shows what a part of a batch adds.</summary>
    internal void Keep(List<float> kept)
    {
        _known = Variables.Count;
        foreach (var variable in Variables)
        {
            kept.AddRange(variable.View.Cells);
            variable.Write().Clear();
        }
    }

    /// <summary>Takes what was added since <see cref="Keep"/>, and puts the state back.</summary>
    /// <param name="added">Takes the additions.</param>
    /// <param name="kept">What was put aside, of which this metric takes its part.</param>
    internal void Measure(List<float> added, ref Span<float> kept)
    {
        var variables = Variables;
        for (var i = 0; i < variables.Count; i++)
        {
            var cells = variables[i].Write();
            if (variables[i].DType == DType.Float32) added.AddRange(cells);
            else foreach (var count in MemoryMarshal.Cast<float, int>(cells)) added.Add(count);
            if (i < _known)
            {
                kept[..cells.Length].CopyTo(cells);
                kept = kept[cells.Length..];
            }
            else
            {
                cells.Clear(); // it did not exist before
                TakeRestored(variables[i]);
            }
        }

        _known = null;
    }

    /// <summary>Adds to the state.</summary>
    /// <param name="added">What all parts add, of which this metric takes its own.</param>
    internal void Add(ref ReadOnlySpan<float> added)
    {
        foreach (var variable in Variables)
        {
            var cells = variable.Write();
            for (var i = 0; i < cells.Length; i++)
            {
                if (variable.DType == DType.Float32) cells[i] += added[i];
                else MemoryMarshal.Cast<float, int>(cells)[i] += (int)added[i];
            }

            added = added[cells.Length..];
        }
    }
}
