using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Cells that work as one: each takes the output of the one before it. The states are those of the first cell, then those of the next.</summary>
public sealed class StackedRNNCells : RNNCell
{
    /// <summary>Creates the cell.</summary>
    /// <param name="cells">The cells, one or more.</param>
    /// <exception cref="ArgumentException">There is no cell, or two have the same name.</exception>
    public StackedRNNCells(IEnumerable<RNNCell> cells) => Cells = TrackAll(cells);

    private StackedRNNCells(ConfigReader reader)
        : base(reader) => Cells = TrackAll(reader.Objects("cells").Select(json => RNN.ReadCell(json, "cells")));

    /// <summary>The cells.</summary>
    public IReadOnlyList<RNNCell> Cells { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> StateSizes => [.. Cells.SelectMany(c => c.StateSizes)];

    /// <inheritdoc/>
    public override int OutputSize => Cells[^1].OutputSize;

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        foreach (var cell in Cells)
        {
            cell.EnsureBuilt(inputShape);
            inputShape = cell.ComputeOutputShape(inputShape);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Step(x, states, training, training ? DrawMasks(x.Shape) : null);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["cells"] = new JsonArray([.. Cells.Select(c => c.Serialize())]);
        return config;
    }

    /// <summary>Makes the cell from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new cell.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static StackedRNNCells FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new StackedRNNCells(reader));

    internal override CellMasks? DrawMasks(Shape step)
    {
        var inner = new CellMasks?[Cells.Count];
        for (var i = 0; i < inner.Length; i++)
        {
            inner[i] = Cells[i].DrawMasks(step);
            step = Cells[i].ComputeOutputShape(step);
        }

        return Array.TrueForAll(inner, m => m is null) ? null : new CellMasks(null, null, inner);
    }

    internal override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training, CellMasks? masks)
    {
        var next = new List<Tensor> { x };
        for (var (i, first) = (0, 0); i < Cells.Count; first += Cells[i++].StateSizes.Count)
        {
            var result = Cells[i].Step(next[0], [.. states.Skip(first).Take(Cells[i].StateSizes.Count)], training, masks?.Inner?[i]);
            next[0] = result[0];
            next.AddRange(result.Skip(1));
        }

        return next;
    }

    private RNNCell[] TrackAll(IEnumerable<RNNCell> cells)
    {
        RNNCell[] all = Check.NoNulls(cells, nameof(cells));
        if (all.Length == 0) throw new ArgumentException("StackedRNNCells needs at least one cell. Received: none.", nameof(cells));
        foreach (var cell in all) Track(cell, "cells/");
        return all;
    }
}
