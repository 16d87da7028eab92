namespace Descent;

public sealed partial class Tensor
{
    /// <summary>Adds, with broadcasting.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor.</param>
    public static Tensor operator +(Tensor x, Tensor y) => Ops.Add(x, y);

    /// <summary>Subtracts, with broadcasting.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">What to subtract.</param>
    public static Tensor operator -(Tensor x, Tensor y) => Ops.Subtract(x, y);

    /// <summary>Multiplies element by element, with broadcasting.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor.</param>
    public static Tensor operator *(Tensor x, Tensor y) => Ops.Multiply(x, y);

    /// <summary>Divides element by element, with broadcasting.</summary>
    /// <param name="x">The dividend.</param>
    /// <param name="y">The divisor.</param>
    public static Tensor operator /(Tensor x, Tensor y) => Ops.Divide(x, y);

    /// <summary>Negates.</summary>
    /// <param name="x">A tensor.</param>
    public static Tensor operator -(Tensor x) => Ops.Negative(x);
}
