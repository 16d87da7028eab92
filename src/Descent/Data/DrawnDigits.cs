namespace Descent.Data;

/// <summary>
/// Draws digits as hands do: pen strokes with random slant, turn, size, place, thickness and tremor on a noisy ground.
/// A data set for first steps and tests that needs no download, and is the same to the bit on every machine.
/// </summary>
/// <remarks>
/// Digits are drawn in two or three ways each. Only additions, multiplications, divisions and square roots are used, which
/// IEEE 754 rounds alike everywhere; hence curves are cubic polynomials and turns are rational.
/// </remarks>
public static class DrawnDigits
{
    private const int Classes = 10;
    private const int SegmentsPerSpan = 6;
    private const double Tremor = 0.045;
    private const double Noise = 0.1;

    /// <summary>Draws digits, the classes balanced to within one and in random order.</summary>
    /// <param name="count">The number of digits, 1 or more.</param>
    /// <param name="seed">The seed; training and test digits need different ones.</param>
    /// <param name="size">The width and height of an image in pixels, 8 to 128. Default 16.</param>
    /// <returns>
    /// X of shape <c>(count, size * size)</c>: an image per row, line by line from the top, 0 for paper to 1 for ink;
    /// Y of shape <c>(count)</c>: the digits, 0 to 9.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="size"/> is out of its range.</exception>
    public static (float[,] X, int[] Y) Generate(int count, int seed, int size = 16)
    {
        Check.AtLeast(1, count, nameof(count));
        if (size is < 8 or > 128)
            throw new ArgumentOutOfRangeException(nameof(size), $"size must be in [8, 128]. Received: {size}.");

        var digits = new int[count];
        for (var i = 0; i < count; i++)
            digits[i] = i % Classes;
        new SplitMix64(seed).Shuffle(digits);

        var images = new float[count, size * size];
        var squares = new double[size * size];
        for (var i = 0; i < count; i++)
        {
            // A stream per image: an image does not depend on how many numbers the others drew.
            var random = new SplitMix64(seed, stream: i + 1);
            Draw(digits[i], size, ref random, squares);
            for (var pixel = 0; pixel < squares.Length; pixel++)
                images[i, pixel] = (float)squares[pixel];
        }
        return (images, digits);
    }

    private static void Draw(int digit, int size, ref SplitMix64 random, Span<double> pixels)
    {
        var drawings = DigitStrokes.OfDigit[digit];
        var drawing = drawings[random.NextInt(drawings.Length)];
        var points = Place(drawing.Points, size, ref random);
        var radius = size * random.NextDouble(0.035, 0.075);
        var ink = random.NextDouble(0.7, 1.0);

        // The squared distance of every pixel's centre to the nearest stroke.
        pixels.Fill(double.PositiveInfinity);
        foreach (var curve in drawing.Curves)
            Trace(curve, points, radius + 1, size, pixels);

        for (var i = 0; i < pixels.Length; i++)
        {
            // A pixel is covered from half a pixel inside the edge of the stroke to half a pixel outside: this smooths the edge.
            var coverage = Math.Clamp(radius + 0.5 - Math.Sqrt(pixels[i]), 0, 1);
            pixels[i] = Math.Clamp(ink * coverage + Noise * random.NextBell(), 0, 1);
        }
    }

    /// <summary>Moves the points of a drawing from [-1, 1] to pixels, as one hand would have placed them.</summary>
    private static (double X, double Y)[] Place((double X, double Y)[] points, int size, ref SplitMix64 random)
    {
        var width = random.NextDouble(0.62, 0.95);
        var height = random.NextDouble(0.68, 0.92);
        var slant = random.NextDouble(-0.2, 0.4);
        // The half-angle form of a turn by up to 0.2 radians: cosine and sine without either.
        var halfTurn = random.NextDouble(-0.1, 0.1);
        var cosine = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn);
        var sine = 2 * halfTurn / (1 + halfTurn * halfTurn);
        var centerX = size * (0.5 + random.NextDouble(-0.08, 0.08));
        var centerY = size * (0.5 + random.NextDouble(-0.07, 0.07));

        var placed = new (double, double)[points.Length];
        for (var i = 0; i < points.Length; i++)
        {
            var y = (points[i].Y + Tremor * random.NextBell()) * height;
            var x = (points[i].X + Tremor * random.NextBell()) * width - slant * y;
            placed[i] = (centerX + 0.5 * size * (cosine * x - sine * y), centerY + 0.5 * size * (sine * x + cosine * y));
        }
        return placed;
    }

    /// <summary>Follows the smooth curve through the points (Catmull and Rom's) in short straight segments.</summary>
    private static void Trace(DigitStrokes.Curve curve, (double X, double Y)[] points, double reach, int size, Span<double> squares)
    {
        var path = curve.Points;
        for (var span = 0; span + 1 < path.Length; span++)
        {
            var (p1, p2) = (points[path[span]], points[path[span + 1]]);
            var p0 = span > 0 ? points[path[span - 1]] : p1;
            var p3 = span + 2 < path.Length ? points[path[span + 2]] : p2;
            var from = p1;
            for (var step = 1; step <= SegmentsPerSpan; step++)
            {
                var t = (double)step / SegmentsPerSpan;
                var to = (Spline(p0.X, p1.X, p2.X, p3.X, t), Spline(p0.Y, p1.Y, p2.Y, p3.Y, t));
                Stroke(from, to, reach, size, squares);
                from = to;
            }
        }
    }

    private static double Spline(double p0, double p1, double p2, double p3, double t) =>
        p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));

    /// <summary>Lowers the squared distances of the pixels that the segment comes near to.</summary>
    private static void Stroke((double X, double Y) from, (double X, double Y) to, double reach, int size, Span<double> squares)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = dx * dx + dy * dy;
        var (left, right) = PixelsWithin(Math.Min(from.X, to.X) - reach, Math.Max(from.X, to.X) + reach, size);
        var (top, bottom) = PixelsWithin(Math.Min(from.Y, to.Y) - reach, Math.Max(from.Y, to.Y) + reach, size);
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++)
            {
                var (x, y) = (column + 0.5 - from.X, row + 0.5 - from.Y);
                // Where along the segment the pixel is nearest; a segment of no length is its start.
                var along = length > 0 ? Math.Clamp((x * dx + y * dy) / length, 0, 1) : 0;
                var (offX, offY) = (x - along * dx, y - along * dy);
                ref var square = ref squares[row * size + column];
                square = Math.Min(square, offX * offX + offY * offY);
            }
        }
    }

    private static (int First, int End) PixelsWithin(double low, double high, int size) =>
        ((int)Math.Clamp(low, 0, size), (int)Math.Clamp(high + 1, 0, size));
}
