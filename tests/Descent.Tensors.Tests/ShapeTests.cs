namespace Descent.Tests;

public class ShapeTests
{
    [Fact]
    public void Create_OfTheSameDimensions_GivesTheSameObject()
    {
        var dimensions = new[] { 3, 5, 7 };
        var shape = Shape.Create(dimensions);
        Assert.Same(shape, Shape.Create(3, 5, 7));
        dimensions[0] = 4; // the shape has its own
        Assert.Equal([3, 5, 7], shape);
    }

    [Fact]
    public void Create_MoreShapesThanAreKept_GivesEachItsDimensions()
    {
        for (var round = 0; round < 2; round++)
            for (var i = -1; i < 100; i++)
                for (var j = 0; j < 100; j++)
                    Assert.True(Shape.Create(i, j).Dimensions.SequenceEqual([i, j]));
    }
}
