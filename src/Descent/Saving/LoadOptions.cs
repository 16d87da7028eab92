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
    /// Default none. The report notes a pattern that fits nothing.
    /// </summary>
    /// <exception cref="ArgumentException">A pattern is no regular expression, or null, or has no replacement.</exception>
    public IReadOnlyList<(string Pattern, string Replacement)> Rename
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Rename));
            _renamed = [.. value.Select(r => Parse(r.Pattern, nameof(Rename)))];
            if (value.FirstOrDefault(r => r.Replacement is null).Pattern is { } pattern)
                throw new ArgumentException($"Each pattern of Rename must have a replacement. Received: null for '{pattern}'. To take a part of a path away, give an empty text.", nameof(Rename));
            field = value;
        }
    } = [];

    /// <summary>Regular expressions: weights whose path below the model one of them fits keep their values, as those of a new head. Default none. The report notes a pattern that fits nothing.</summary>
    /// <exception cref="ArgumentException">A pattern is no regular expression, or null.</exception>
    public IReadOnlyList<string> Skip
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Skip));
            _skipped = [.. value.Select(p => Parse(p, nameof(Skip)))];
            field = value;
        }
    } = [];

    /// <summary>Whether the state of the optimizer is loaded too, so that training goes on where it was, but for the random numbers of layers such as dropout, which files of weights do not have. The model must be compiled. Default false.</summary>
    public bool IncludeOptimizer { get; init; }

    internal bool MatchesByName => ByName || Rename.Count > 0;

    internal string Renamed(string path)
    {
        for (var i = 0; i < _renamed.Length; i++) path = Replace(i, path);
        return path;
    }

    internal bool Skips(string path) => Array.Exists(_skipped, p => p.IsMatch(path));

    /// <summary>What there is to say of patterns that fit nothing: mostly they were mistyped.</summary>
    /// <param name="tensors">The paths of the tensors of the file.</param>
    /// <param name="weights">The paths of the weights of the model.</param>
    internal IEnumerable<string> Idle(IEnumerable<string> tensors, IEnumerable<string> weights)
    {
        string[] paths = [.. tensors];
        for (var i = 0; i < _renamed.Length; i++)
        {
            if (!Array.Exists(paths, _renamed[i].IsMatch)) yield return $"Rename '{_renamed[i]}' fits no tensor of the file";
            for (var p = 0; p < paths.Length; p++) paths[p] = Replace(i, paths[p]);
        }

        foreach (var pattern in _skipped)
            if (!weights.Any(pattern.IsMatch)) yield return $"Skip '{pattern}' fits no weight of the model";
    }

    private string Replace(int i, string path) => _renamed[i].Replace(path, Rename[i].Replacement);

    private static Regex Parse(string pattern, string option) => pattern is null
        ? throw new ArgumentException($"Each pattern of {option} must be a regular expression. Received: null.", option)
        : new Regex(pattern, RegexOptions.CultureInvariant);
}
