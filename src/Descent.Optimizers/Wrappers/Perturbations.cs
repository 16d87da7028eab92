namespace Descent.Optimizers;

/// <summary>The perturbations of several groups of weights, put back together.</summary>
internal sealed class Perturbations : IDisposable
{
    private readonly List<IDisposable> _all = [];

    private Perturbations()
    {
    }

    /// <summary>Starts them one after the other; if one throws, those before it are put back.</summary>
    /// <returns>Null if there is none.</returns>
    public static IDisposable? Start(IEnumerable<IDisposable?> perturbations)
    {
        var started = new Perturbations();
        try
        {
            foreach (var perturbation in perturbations)
                if (perturbation is not null) started._all.Add(perturbation);
        }
        catch
        {
            started.Dispose();
            throw;
        }

        return started._all.Count > 0 ? started : null;
    }

    public void Dispose() => _all.ForEach(perturbation => perturbation.Dispose());
}
