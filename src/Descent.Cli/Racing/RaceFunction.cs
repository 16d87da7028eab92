namespace Descent.Cli.Racing;

/// <summary>A function of two variables that optimizers are often tried on, and where to look at it.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Formula">The function in a line of text.</param>
/// <param name="Minimum">Its least value.</param>
/// <param name="Minima">Where that lies.</param>
/// <param name="Start">Where the optimizers start.</param>
/// <param name="X">The first and the last x of the picture.</param>
/// <param name="Y">The same of y.</param>
/// <param name="Compute">The function, element by element.</param>
internal sealed record RaceFunction(
    string Name,
    string Formula,
    double Minimum,
    (double X, double Y)[] Minima,
    (double X, double Y) Start,
    (double First, double Last) X,
    (double First, double Last) Y,
    Func<Tensor, Tensor, Tensor> Compute)
{
    /// <summary>All of them, the default first.</summary>
    public static readonly RaceFunction[] All =
    [
        new(
            "rosenbrock", "(1 − x)² + 100 (y − x²)²", 0, [(1, 1)], (-0.7, 2.4), (-2.2, 2.2), (-0.9, 3.1),
            (x, y) => Ops.Square(1 - x) + 100 * Ops.Square(y - Ops.Square(x))),
        new(
            "beale", "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²", 0, [(3, 0.5)], (0.6, 2.2), (-4.5, 4.5), (-3.2, 3.2),
            (x, y) => Ops.Square(1.5f - x + x * y) + Ops.Square(2.25f - x + x * Ops.Square(y)) + Ops.Square(2.625f - x + x * y * Ops.Square(y))),
        new(
            "himmelblau", "(x² + y − 11)² + (x + y² − 7)²", 0, [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)], (0.2, -1), (-6, 6), (-5, 5),
            (x, y) => Ops.Square(Ops.Square(x) + y - 11) + Ops.Square(x + Ops.Square(y) - 7)),
        new(
            "saddle", "x² − y² + y⁴ / 4", -1, [(0, Math.Sqrt(2)), (0, -Math.Sqrt(2))], (-1.9, 0.01), (-2.3, 2.3), (-2.1, 2.1),
            (x, y) => Ops.Square(x) - Ops.Square(y) + Ops.Square(Ops.Square(y)) / 4),
    ];

    /// <summary>The function of this name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static RaceFunction Get(string name) => Array.Find(All, f => f.Name == name) ?? throw OptionParsing.Invalid(
        "--function", $"one of {string.Join(", ", All.Select(f => f.Name))}", name);
}
