using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Descent.Data;

namespace Descent.Tests.Data;

public class DrawnDigitsTests
{
    [Fact]
    public void Generate_Seed_GivesTheSameBitsOnEveryMachine()
    {
        var (x, y) = DrawnDigits.Generate(20, 1);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref x[0, 0], x.Length)));
        hash.AppendData(MemoryMarshal.AsBytes<int>(y));
        Assert.Equal("059FA9540136E7F8A605BBCDA615B9325D202ABDC6AF5A0D7DDD610882977948", Convert.ToHexString(hash.GetHashAndReset()));
    }

    [Fact]
    public void Generate_DigitFive_LooksLikeOne()
    {
        var (x, y) = DrawnDigits.Generate(20, 1);

        Assert.Equal(5, y[5]);
        Assert.Equal(
            """
            ...:..:.........
            ..............:.
            ....::-==::...:.
            :..=@@@%@%%+....
            ...%@*++=+#...:.
            .-.@#......:....
            ...@%=@*#=......
            ...#@####%=::...
            ..-.**..+@#.....
            ::......:##-..:.
            :.:....:.*%:....
            ..-:.....@#.:..:
            ..*@#--+#%+:...:
            ..=@@%#%##:.....
            .....=+=:.......
            ...-.....::...:.
            """.ReplaceLineEndings("\n"),
            Render(x, row: 5, size: 16));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(28)]
    public void Generate_AnySize_HasItsShapeAndRange(int size)
    {
        var (x, y) = DrawnDigits.Generate(105, seed: 7, size);

        Assert.Equal((105, size * size), (x.GetLength(0), x.GetLength(1)));
        Assert.All(x.Cast<float>(), pixel => Assert.InRange(pixel, 0f, 1f));
        Assert.All(y.CountBy(digit => digit), pair => Assert.InRange(pair.Value, 10, 11));
        Assert.Equal(10, y.Distinct().Count());
        Assert.NotEqual(y.Order(), y);
    }

    [Fact]
    public void Generate_OtherSeed_DrawsOtherDigits()
    {
        var first = DrawnDigits.Generate(20, 1);
        var second = DrawnDigits.Generate(20, 2);

        Assert.NotEqual(first.Y, second.Y);
        Assert.Equal(40, Rows(first.X).Concat(Rows(second.X)).Distinct().Count());

        static IEnumerable<string> Rows(float[,] x) => Enumerable.Range(0, x.GetLength(0)).Select(row => Render(x, row, 16));
    }

    [Fact]
    public void Generate_NearestMean_SeparatesMostDigitsButNotAll()
    {
        var (x, y) = DrawnDigits.Generate(2000, 1);
        var (unseen, labels) = DrawnDigits.Generate(500, 2);
        var means = new double[10, 256];
        for (var i = 0; i < y.Length; i++)
        {
            for (var pixel = 0; pixel < 256; pixel++)
                means[y[i], pixel] += x[i, pixel] / 200;
        }

        var right = Enumerable.Range(0, labels.Length).Count(row => labels[row] == Enumerable.Range(0, 10).MinBy(
            digit => Enumerable.Range(0, 256).Sum(pixel => Math.Pow(unseen[row, pixel] - means[digit, pixel], 2))));

        // Well above the 50 of chance, so that there is something to learn; well below what a network reaches.
        Assert.InRange(right, 300, 460);
    }

    [Theory]
    [InlineData(0, 16, "count must be 1 or more. Received: 0.")]
    [InlineData(10, 7, "size must be in [8, 128]. Received: 7.")]
    [InlineData(10, 129, "size must be in [8, 128]. Received: 129.")]
    public void Generate_ArgumentOutOfRange_Throws(int count, int size, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => DrawnDigits.Generate(count, seed: 1, size));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The image in characters, darker for more ink.</summary>
    private static string Render(float[,] x, int row, int size)
    {
        const string shades = ".:-=+*#%@@";
        var text = new StringBuilder();
        for (var pixel = 0; pixel < size * size; pixel++)
        {
            if (pixel > 0 && pixel % size == 0)
                text.Append('\n');
            text.Append(shades[(int)(x[row, pixel] * 9)]);
        }
        return text.ToString();
    }
}
