namespace Descent;

public static partial class Ops
{
    /// <summary>The same elements under another shape; storage is shared.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="shape">The new dimensions; one may be -1: it is worked out.</param>
    /// <exception cref="ArgumentException">The number of elements does not fit.</exception>
    public static Tensor Reshape(Tensor x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(shape);
        if (x.Shape == shape) return x;
        return Record(x.View(ResolveShape(shape, x.Length, x.Shape)), x, static n => Reshape(n.Gradient, n.XShape));
    }

    /// <summary>Replaces the dimension of -1 by what the number of elements leaves for it.</summary>
    internal static Shape ResolveShape(Shape shape, int length, Shape from)
    {
        var known = 1L;
        var unknown = -1;
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] >= 0) known *= shape[i];
            else if (unknown >= 0) throw new ArgumentException($"Only one dimension of a new shape can be -1. Received: [{string.Join(", ", shape)}].");
            else unknown = i;
        }

        if (unknown < 0 ? known != length : known == 0 || length % known != 0)
            throw new ArgumentException($"A tensor of shape {from} has {length} elements and cannot take shape [{string.Join(", ", shape)}].");
        if (unknown < 0) return shape;
        var dimensions = shape.ToArray();
        dimensions[unknown] = (int)(length / known);
        return Shape.Create(dimensions);
    }

    /// <summary>Repeats a tensor along axes of size 1, and new leading ones, up to a shape.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="shape">A shape that it broadcasts to.</param>
    /// <exception cref="ArgumentException">The tensor does not broadcast to the shape.</exception>
    public static Tensor BroadcastTo(Tensor x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(shape);
        if (x.Shape == shape) return x;
        if (Shape.Broadcast(x.Shape, shape) != shape)
            throw new ArgumentException($"A tensor of shape {x.Shape} cannot be broadcast to {shape}.");
        return Record(Stretch(x, shape), x, static n => n.Gradient);
    }

    private static unsafe Tensor Stretch(Tensor x, Shape shape)
    {
        var result = Tensor.New(shape);
        if (result.Length == 0) return result;
        fixed (float* px = x.Floats, pz = result.Floats)
        {
            float zero = 0;
            new Kernels.Broadcasting(x.Shape, Shape.Scalar, shape).Zip(px, &zero, pz, new FirstFunction());
        }

        return result;
    }

    private readonly struct FirstFunction : Kernels.IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x;
    }
}
