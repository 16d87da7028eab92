using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Descent.Optimizers;

namespace Descent.Cli;

/// <summary>How commands read the text of their options.</summary>
internal static class OptionParsing
{
    /// <summary>An option whose text is read by a function; what the function throws becomes an error of the command line.</summary>
    public static Option<T> Parsed<T>(string name, string helpName, string description, Func<string, T> parse) => Create(name, helpName, description, text => parse(text!));

    /// <summary>The same of an option that may stand without a text; the function then gets null.</summary>
    public static Option<T> Optional<T>(string name, string helpName, string description, Func<string?, T> parse)
    {
        var option = Create(name, helpName, description, parse);
        option.Arity = ArgumentArity.ZeroOrOne;
        return option;
    }

    private static Option<T> Create<T>(string name, string helpName, string description, Func<string?, T> parse) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            try
            {
                return parse(result.Tokens is [.., var last] ? last.Value : null);
            }
            catch (UsageException exception)
            {
                result.AddError(exception.Message);
                return default;
            }
        },
    };

    /// <summary>The option of every command that has a result.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print the result as a line of JSON to the standard output, and everything else to the standard error.",
    };

    /// <summary>Reads names of optimizers.</summary>
    /// <exception cref="UsageException">There is none or too many, or one is unknown.</exception>
    public static string[] OptimizerNames(string option, string text, int most)
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || names.Length > most) throw Invalid(option, $"1 to {most} names with commas between", text);
        return [.. names.Select(name => OptimizerName(option, name))];
    }

    /// <summary>Reads a learning rate.</summary>
    /// <exception cref="UsageException">It is no number above 0, or beyond float32.</exception>
    public static double Rate(string option, string text, string orElse = "") =>
        Number(option, $"above 0 and finite in float32{orElse}", text, rate => rate > 0 && float.IsFinite((float)rate));

    /// <summary>Reads learning rates.</summary>
    /// <exception cref="UsageException">One is no number above 0, or beyond float32.</exception>
    public static double[] LearningRates(string option, string text) => [.. text.Split(',').Select(part => Rate(option, part, ", or several with commas between"))];

    public static int Whole(string option, int least, string text, int most = int.MaxValue) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Invalid(option, most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}", text);

    public static double Number(string option, string range, string text, Predicate<double> isValid) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && isValid(number)
            ? number
            : throw Invalid(option, $"a number {range}", text);

    /// <summary>The name of an optimizer that needs no more than its name.</summary>
    public static string OptimizerName(string option, string text)
    {
        if (CanBeMade(text)) return text;
        string[] names = [.. Optimizer.Table.Names.Where(CanBeMade)];
        throw new UsageException($"{Invalid(option, $"one of {string.Join(", ", names)}", text).Message}{KerasNames.DidYouMean(text, names)}");
    }

    public static UsageException Invalid(string option, string expected, string text) => new($"{option} must be {expected}. Received: '{text}'.");

    private static bool CanBeMade(string optimizer)
    {
        try
        {
            return Optimizer.Get(optimizer) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
