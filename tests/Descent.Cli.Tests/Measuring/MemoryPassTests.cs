using Descent.Cli.Measuring;

namespace Descent.Cli.Tests.Measuring;

public class MemoryPassTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(64, 2, false)]
    [InlineData(1001, 3, true)]
    [InlineData(50_001, 4, false)]
    [InlineData(1_100_000, 2, false)] // more than four chunks
    public void Run_Arrays_AreAllWrittenOnceAndOthersAreNot(int length, int arrays, bool alone)
    {
        var pass = new MemoryPass(length, MemoryPass.MostArrays);

        if (alone) pass.RunAlone(arrays);
        else pass.Run(arrays);

        for (var array = 0; array <= MemoryPass.MostArrays; array++)
        {
            var expected = array >= 1 && array <= arrays ? 1.5f : 1f;
            Assert.Equal(length, pass[array].Length);
            Assert.Equal(-1, pass[array].IndexOfAnyExcept(expected));
        }
    }

    [Fact]
    public void Bytes_Arrays_AreReadAndWrittenAndTheGradientIsRead() => Assert.Equal(7 * sizeof(float) * 1000, new MemoryPass(1000, 3).Bytes(arrays: 3));
}
