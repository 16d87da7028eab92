using Descent.Cli.Measuring;

namespace Descent.Cli.Tests.Measuring;

public class MemoryPassTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(64, 2, 2)]
    [InlineData(1000, 3, 3)]
    [InlineData(1001, 4, 2)]
    public void Run_Arrays_AreAllWrittenOnceAndOthersAreNot(int length, int arrays, int threads)
    {
        var pass = new MemoryPass(length, MemoryPass.MostArrays);

        pass.Run(threads, arrays);

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
