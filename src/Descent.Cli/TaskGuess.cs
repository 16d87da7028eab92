using Descent.Data;

namespace Descent.Cli;

/// <summary>Guesses from the target alone whether it names a class or measures something.</summary>
internal static class TaskGuess
{
    private const int MostCodes = 20;
    private const int LargestCode = 99;

    /// <summary>The rule, as help prints it.</summary>
    public const string Rule = """
          Text, or two different values, are classes. So are whole numbers from -1 to 99 (1.0 is
          whole) if at most 20 of them are different, and no more than the square root of the number
          of rows: 0/1, digits, ratings. Anything else is a number to predict: fractions, years,
          counts with many values. Say --task where that is wrong.
        """;

    public static TaskKind Of(CsvColumn target) => IsClasses(target) ? TaskKind.Classification : TaskKind.Regression;

    private static bool IsClasses(CsvColumn target)
    {
        var count = target.Categories.Length;
        return !target.IsNumeric
            || count == 2
            || (count <= MostCodes && count * count <= target.RowCount && target.Numbers.All(IsCode));
    }

    private static bool IsCode(double number) => double.IsInteger(number) && number is >= -1 and <= LargestCode;
}
