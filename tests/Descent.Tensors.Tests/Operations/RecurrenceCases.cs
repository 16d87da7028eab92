namespace Descent.Tests.Operations;

internal static class RecurrenceCases
{
    private const int Batch = 3;
    private const int Time = 4;
    private const int Features = 2;
    private const int Units = 3;

    // A masked step at the beginning, in the middle and at the end; one row that counts everywhere.
    private static readonly Tensor Mask = Tensor.From([false, true, false, true, true, true, true, false, true, true, true, true], [Batch, Time]);

    /// <summary>Every kind of recurrence.</summary>
    public static readonly (string Name, int Gates, Shape Bias, Recurrence Run)[] Kinds =
    [
        (nameof(Ops.SimpleRecurrence), 1, [Units], (i, o) => Ops.SimpleRecurrence(i, o)),
        (nameof(Ops.LstmRecurrence), 4, [4 * Units], (i, o) => Ops.LstmRecurrence(i, o)),
        (nameof(Ops.GruRecurrence), 3, [2, 3 * Units], (i, o) => Ops.GruRecurrence(i, o, resetAfter: true)),
        (nameof(Ops.GruRecurrence) + " reset before", 3, [3 * Units], (i, o) => Ops.GruRecurrence(i, o, resetAfter: false)),
    ];

    private static readonly (string Kind, RecurrenceOptions Options, int Inputs)[] Ways =
    [
        ("last", new(Sequences: false), 3),
        ("sequences, bias", new(Sequences: true), 4),
        ("last with states", new(Sequences: false, Carry: true), 6),
        ("reversed, masked", new(Sequences: true, Carry: true, Reversed: true, Mask), 6),
    ];

    public delegate Tensor Recurrence(RecurrenceInputs inputs, RecurrenceOptions options);

    public static IEnumerable<OpCase> All =>
        Kinds.SelectMany(kind => Ways.Select(way => OpCase.Of(kind.Name, way.Kind, Inputs(kind.Gates, kind.Bias)[..way.Inputs], t => kind.Run(Pack(t), way.Options))));

    internal static RecurrenceInputs Pack(Tensor[] t) =>
        new(t[0], t[1], t[2], t.Length > 3 ? t[3] : null, t.Length > 4 ? t[4] : null, t.Length > 5 ? t[5] : null);

    internal static Tensor[] Inputs(int gates, Shape bias, int batch = Batch, int time = Time, int features = Features, int units = Units) =>
    [
        OpCase.Draw([batch, time, features], -1, 1), OpCase.Draw([features, gates * units], -1, 1, 2), OpCase.Draw([units, gates * units], -1, 1, 3),
        OpCase.Draw(bias, -1, 1, 4), OpCase.Draw([batch, units], -1, 1, 5), OpCase.Draw([batch, units], -1, 1, 6),
    ];
}
