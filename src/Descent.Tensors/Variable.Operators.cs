namespace Descent;

public sealed partial class Variable
{
    /// <summary>Adds, with broadcasting.</summary>
    /// <param name="x">A variable.</param>
    /// <param name="y">A tensor, variable or number.</param>
    public static Tensor operator +(Variable x, Tensor y) => Ops.Add(x, y);

    /// <summary>Adds to a number.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A variable.</param>
    public static Tensor operator +(float x, Variable y) => Ops.Add(x, y);

    /// <summary>Subtracts, with broadcasting.</summary>
    /// <param name="x">A variable.</param>
    /// <param name="y">A tensor, variable or number.</param>
    public static Tensor operator -(Variable x, Tensor y) => Ops.Subtract(x, y);

    /// <summary>Subtracts from a number.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A variable.</param>
    public static Tensor operator -(float x, Variable y) => Ops.Subtract(x, y);

    /// <summary>Multiplies element by element, with broadcasting.</summary>
    /// <param name="x">A variable.</param>
    /// <param name="y">A tensor, variable or number.</param>
    public static Tensor operator *(Variable x, Tensor y) => Ops.Multiply(x, y);

    /// <summary>Multiplies a number.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A variable.</param>
    public static Tensor operator *(float x, Variable y) => Ops.Multiply(x, y);

    /// <summary>Divides element by element, with broadcasting.</summary>
    /// <param name="x">A variable.</param>
    /// <param name="y">A tensor, variable or number.</param>
    public static Tensor operator /(Variable x, Tensor y) => Ops.Divide(x, y);

    /// <summary>Divides a number.</summary>
    /// <param name="x">A number.</param>
    /// <param name="y">A variable.</param>
    public static Tensor operator /(float x, Variable y) => Ops.Divide(x, y);

    /// <summary>Negates.</summary>
    /// <param name="x">A variable.</param>
    public static Tensor operator -(Variable x) => Ops.Negative(x);
}
