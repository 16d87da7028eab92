namespace Descent.Tests;

public class TensorConversionTests
{
    [Fact]
    public void From_RowsOfOneLength_IsAMatrix()
    {
        Tensor floats = new float[][] { [1, 2, 3], [4, 5, 6] };
        Assert.Equal(Shape.Create([2, 3]), floats.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], floats.ToArray());
        var doubles = (Tensor)new double[][] { [0.1], [0.2] };
        Assert.Equal(Shape.Create([2, 1]), doubles.Shape);
        Assert.Equal([0.1f, 0.2f], doubles.ToArray());
        Assert.Equal(Shape.Create([0, 0]), Tensor.From(Array.Empty<float[]>()).Shape);
    }

    [Fact]
    public void From_RowsOfOtherLengths_NamesTheRow()
    {
        Assert.Equal(
            "All rows must have the length of the first, 2. Received: 1 values in row 1, counted from 0. (Parameter 'rows')",
            Assert.Throws<ArgumentException>(() => Tensor.From(new float[][] { [1, 2], [3] })).Message);
        Assert.Equal(
            "All rows must have the length of the first, 0. Received: null in row 0, counted from 0. (Parameter 'rows')",
            Assert.Throws<ArgumentException>(() => Tensor.From(new double[][] { null! })).Message);
    }
}
