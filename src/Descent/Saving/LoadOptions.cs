using System.Text.RegularExpressions;

namespace Descent;

/// <summary>How <see cref="Model.LoadWeights"/> finds the weights of a model in a file.</summary>
/// <example><code>
/// // a model with another head: all but the last layer from the file
/// model.LoadWeights("m.weights.h5", new LoadOptions { ByName = true, Strict = false, Skip = ["^head/"] });
/// </code></example>
public sealed class LoadOptions
{
    private Regex[] _renamed = [];
    private Regex[] _skipped = [];

    /// <summary>Whether every weight must be in the file with its shape, and every tensor of the file in the model; otherwise nothing is changed. Default true.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Whether weights are found by the names of their layers, in files that number them too. Default false: as in Keras by their place in the model, whatever layers are called.
    /// Files of <c>.safetensors</c> and <c>.npz</c> always go by names.
    /// </summary>
    public bool ByName { get; init; }

    /// <summary>
    /// Renames tensors of the file before they are matched, which is then done by names: each pattern, a regular expression, is replaced wherever it fits the path, in this order.
    /// Default none.
    /// </summary>
    /// <exception cref="ArgumentException">A pattern is no regular expression.</exception>
    public IReadOnlyList<(string Pattern, string Replacement)> Rename
    {
        get;
        init => (field, _renamed) = (value, [.. value.Select(r => Parse(r.Pattern))]);
    } = [];

    /// <summary>Regular expressions: weights whose path below the model one of them fits keep their values, as those of a new head. Default none.</summary>
    /// <exception cref="ArgumentException">A pattern is no regular expression.</exception>
    public IReadOnlyList<string> Skip
    {
        get;
        init => (field, _skipped) = (value, [.. value.Select(Parse)]);
    } = [];

    /// <summary>Whether the state of the optimizer is loaded too, so that training goes on where it was, but for the random numbers of layers such as dropout, which files of weights do not have. The model must be compiled. Default false.</summary>
    public bool IncludeOptimizer { get; init; }

    internal bool MatchesByName => ByName || Rename.Count > 0;

    internal string Renamed(string path)
    {
        for (var i = 0; i < _renamed.Length; i++) path = _renamed[i].Replace(path, Rename[i].Replacement);
        return path;
    }

    internal bool Skips(string path) => Array.Exists(_skipped, p => p.IsMatch(path));

    private static Regex Parse(string pattern) => new(pattern, RegexOptions.CultureInvariant);
}
