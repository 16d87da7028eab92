namespace Descent.Saving;

/// <summary>A tensor that is made from those of a file when it is read.</summary>
/// <param name="parts">Those of the file.</param>
/// <param name="dimensions">What comes out.</param>
/// <param name="make">Makes it from the parts, each in the shape that it has in the file.</param>
internal sealed class MadeTensor(StoredTensor[] parts, IReadOnlyList<long> dimensions, Func<Tensor[], Tensor> make) : StoredTensor(parts[0].Place, parts[0].Name, parts[0].Number)
{
    public override IReadOnlyList<long> Dimensions => dimensions;

    public override string Type => parts[0].Type;

    public override bool IsChecked => Array.TrueForAll(parts, p => p.IsChecked);

    public override bool Fits(DType type) => Array.TrueForAll(parts, p => p.Fits(type));

    // Who asks has found that the dimensions are those of a variable: then those of the parts are no larger.
    public override void Read(Variable target) =>
        target.Assign(make([.. parts.Select(p => (Tensor)p.ReadAlone(Shape.Create([.. p.Dimensions.Select(d => (int)d)]), target.DType))]));
}

/// <summary>A tensor under another name and number.</summary>
internal sealed class RenamedTensor(StoredTensor inner, string name, string number) : StoredTensor(inner.Place, name, number)
{
    public override IReadOnlyList<long> Dimensions => inner.Dimensions;

    public override string Type => inner.Type;

    public override bool IsChecked => inner.IsChecked;

    public override bool Fits(DType type) => inner.Fits(type);

    public override void Verify(Variable target) => inner.Verify(target);

    public override void Read(Variable target) => inner.Read(target);
}
