using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>
/// A dense layer between features and heads, Keras' <c>EinsumDense</c> within attention: the last axes of the input, as many as
/// <paramref name="from"/> has, become the axes of <paramref name="to"/>. Kernel <c>(from…, to…)</c>, bias <c>(to…)</c>.
/// </summary>
internal sealed class HeadProjection(AttentionHeads owner, Shape from, Shape to, ActivationFunction? activation = null) : Layer
{
    private Variable? _kernel;
    private Variable? _bias;
    private Shape? _matrix;
    private Shape? _row;

    public override void Build(Shape inputShape)
    {
        _kernel = AddWeight("kernel", [.. from, .. to], owner.KernelInitializer, true, owner.KernelRegularizer, owner.KernelConstraint);
        _bias = owner.UseBias ? AddWeight("bias", to, owner.BiasInitializer, true, owner.BiasRegularizer, owner.BiasConstraint) : null;
        (_matrix, _row) = (Shape.Create(from.Size, to.Size), Shape.Create(to.Size));
    }

    public override Tensor Call(Tensor x, bool training = false)
    {
        var leading = x.Shape[..^from.Rank];
        var rows = Ops.Reshape(x, Shape.Create([.. leading.Dimensions, from.Size]));
        var y = Ops.Dense(rows, Ops.Reshape(_kernel!, _matrix!), _bias is null ? null : Ops.Reshape(_bias, _row!));
        y = Ops.Reshape(y, Shape.Create([.. leading.Dimensions, .. to.Dimensions]));
        return activation is null ? y : activation.Apply(y);
    }

    public override Shape ComputeOutputShape(Shape inputShape) => Shape.Create([.. inputShape.Dimensions[..^from.Rank], .. to.Dimensions]);

    public override JsonObject GetConfig() => throw new NotSupportedException($"Layer '{Name}' is a part of another and has no config of its own.");
}
