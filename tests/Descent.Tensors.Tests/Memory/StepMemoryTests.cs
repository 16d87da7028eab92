using Descent.Memory;

namespace Descent.Tests.Memory;

public sealed class StepMemoryTests
{
    private const int Cells = 5 * 1024 * 1024; // more than a common block

    [Fact]
    public void Rent_BatchesThatGrow_KeepsNoBlockOfAnEarlierOne()
    {
        var memory = new StepMemory();
        var arrays = new HashSet<float[]>();
        for (var step = 0; step < 6; step++)
        {
            arrays.Clear();
            using (memory.Open())
                foreach (var cells in (int[])[1000, Cells + 100 * step, 1000, Cells + 100 * step])
                    arrays.Add(memory.Rent(cells).Array);
            Assert.InRange(memory.Capacity, arrays.Sum(a => (long)a.Length) - 1000, 2 * 2L * (Cells + 600));
        }
    }

    [Fact]
    public void Rent_SameStepAgain_GivesTheSamePlaces()
    {
        var memory = new StepMemory();
        var first = Places();
        Assert.Equal(first, Places());

        (float[], int)[] Places()
        {
            using (memory.Open()) return [.. new[] { 10, 100_000, Cells, 3, 2 * Cells, 70_000 }.Select(memory.Rent)];
        }
    }

    [Fact]
    public void Release_TensorOfAnotherStretch_ChangesNothing()
    {
        var memory = new StepMemory();
        var kept = Tensor.Ones([2]);
        using (memory.Open())
        {
            using var seclusion = new StepMemory.Seclusion(true);
            Assert.Same(kept, seclusion.Release(kept));
        }
    }
}
