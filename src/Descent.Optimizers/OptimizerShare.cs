namespace Descent.Optimizers;

/// <summary>What an optimizer that updates parts of variables asks those who update the rest. All of them take the same steps.</summary>
internal abstract class OptimizerShare
{
    /// <summary>Variables are cut at multiples of so many elements: sums of squares are added block by block, however the blocks are distributed.</summary>
    public const int Block = 1024;

    /// <summary>For what is whole here, and is to be added like what is not.</summary>
    public static readonly OptimizerShare Alone = new Nobody();

    private readonly double[] _objections = new double[1];

    /// <summary>Adds up values over all.</summary>
    public abstract void Sum(Memory<double> values);

    /// <summary>Whether something holds for all.</summary>
    public bool All(bool condition)
    {
        _objections[0] = condition ? 0 : 1;
        Sum(_objections);
        return _objections[0] == 0;
    }

    private sealed class Nobody : OptimizerShare
    {
        public override void Sum(Memory<double> values)
        {
        }
    }
}
