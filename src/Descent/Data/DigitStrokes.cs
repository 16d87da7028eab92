using System.Globalization;

namespace Descent.Data;

/// <summary>How a hand draws the digits: the points that the pen passes, in a box 100 wide and 100 high, y downwards.</summary>
internal static class DigitStrokes
{
    /// <summary>A smooth stretch of the pen: indices of the points it passes, in order.</summary>
    internal sealed record Curve(int[] Points);

    /// <summary>One way to draw a digit. Curves that meet in a corner share that point, and so move together.</summary>
    internal sealed record Drawing((double X, double Y)[] Points, Curve[] Curves);

    /// <summary>The ways to draw each digit, by digit. A slash after a point is a corner there; a bar lifts the pen.</summary>
    internal static readonly Drawing[][] OfDigit =
    [
        [
            Parse("52,6 30,18 20,48 28,80 50,94 72,80 80,50 70,18 52,6"),
            Parse("66,12 42,8 24,32 22,66 40,92 64,88 78,62 76,30 60,8"),
        ],
        [
            Parse("52,6 51,50 50,94"),
            Parse("32,26 42,18 54,5 / 53,50 52,94"),
            Parse("30,26 54,5 / 53,50 52,93 | 32,94 52,93 73,94"),
        ],
        [
            Parse("22,28 32,10 54,6 72,18 72,36 54,60 22,93 / 50,92 80,93"),
            Parse("22,26 36,8 62,8 74,26 62,54 36,80 22,90 26,80 42,82 60,92 80,88"),
        ],
        [
            Parse("24,16 44,6 66,10 72,26 62,42 44,48 / 66,53 77,70 66,88 44,95 22,84"),
            Parse("24,8 48,8 74,8 / 60,26 46,42 / 68,50 76,70 64,89 42,94 22,84"),
        ],
        [
            Parse("60,6 40,36 18,66 / 50,66 84,66 | 64,40 63,66 62,95"),
            Parse("28,8 26,30 24,52 / 50,54 76,52 | 74,8 73,50 70,95"),
            Parse("66,95 66,50 66,6 / 40,36 16,68 / 50,68 86,68"),
        ],
        [
            Parse("76,8 52,8 30,8 / 28,26 26,45 / 46,38 68,44 78,64 68,86 46,95 22,86"),
            Parse("32,10 30,28 28,46 / 48,40 68,46 76,66 66,87 44,94 22,84 | 32,10 54,9 78,8"),
        ],
        [
            Parse("66,6 42,24 26,52 26,78 44,95 66,90 76,72 66,54 46,52 28,68"),
            Parse("74,14 52,8 30,30 22,62 34,90 58,94 76,78 70,58 48,54 26,70"),
        ],
        [
            Parse("20,10 50,10 80,9 / 62,38 48,66 42,95"),
            Parse("20,11 50,11 80,9 / 62,38 48,66 40,95 | 36,52 54,51 74,50"),
            Parse("22,24 24,10 / 50,12 80,10 / 64,34 52,62 50,95"),
        ],
        [
            Parse("70,18 50,6 30,16 32,34 50,47 70,62 74,82 52,95 28,84 28,64 50,48 68,34 70,18"),
            Parse("50,47 32,34 32,14 50,6 68,14 68,34 50,47 28,62 26,84 50,95 74,84 72,62 50,47"),
        ],
        [
            Parse("74,24 58,8 36,10 26,30 38,48 58,46 74,24 / 74,50 66,76 54,95"),
            Parse("73,28 62,8 40,8 27,26 34,46 56,48 73,28 / 74,60 66,86 46,95 28,86"),
        ],
    ];

    private static Drawing Parse(string path)
    {
        var points = new List<(double, double)>();
        var curves = new List<Curve>();
        var current = new List<int>();
        foreach (var token in path.Split(' '))
        {
            if (token is "/" or "|")
            {
                curves.Add(new Curve([.. current]));
                current = token == "/" ? [points.Count - 1] : [];
                continue;
            }
            var comma = token.IndexOf(',', StringComparison.Ordinal);
            current.Add(points.Count);
            points.Add((Coordinate(token[..comma]), Coordinate(token[(comma + 1)..])));
        }
        curves.Add(new Curve([.. current]));
        return new Drawing([.. points], [.. curves]);
    }

    /// <summary>From the box of the drawings to [-1, 1], the centre of the digit at 0.</summary>
    private static double Coordinate(string text) => (int.Parse(text, CultureInfo.InvariantCulture) - 50) / 50.0;
}
