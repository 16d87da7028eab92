namespace Descent.Distribution;

/// <summary>How a model is trained by several processes: given to <c>Compile</c>, or by <see cref="Set"/> to all models that are compiled from then on.</summary>
/// <example><code>
/// Distribution.Set(new DataParallel(communicator));
/// model.Compile("adam", "mse");
/// model.Fit(x, y); // each rank works on its part of each batch
/// </code></example>
public abstract class Distribution
{
    private static Distribution? s_current;

    private protected Distribution()
    {
    }

    /// <summary>The distribution of models that are compiled without one of their own; null, the default: none. Keras' <c>keras.distribution.distribution()</c>.</summary>
    public static Distribution? Current => Volatile.Read(ref s_current);

    /// <summary>Sets the distribution of models that are compiled from now on. Keras' <c>keras.distribution.set_distribution</c>.</summary>
    /// <param name="value">The distribution; null: none.</param>
    public static void Set(Distribution? value) => Volatile.Write(ref s_current, value);
}
