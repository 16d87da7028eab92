using Descent.Charts;

namespace Descent.Tests.Charts;

public class AxisTests
{
    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.31, 0.87, "0.4 0.5 0.6 0.7 0.8")]
    [InlineData(-3, 3, "-3 -2 -1 0 1 2 3")]
    [InlineData(0, 9999, "0 2,000 4,000 6,000 8,000")]
    [InlineData(1e6, 5e6, "1.0×10⁶ 1.5×10⁶ 2.0×10⁶ 2.5×10⁶ 3.0×10⁶ 3.5×10⁶ 4.0×10⁶ 4.5×10⁶ 5.0×10⁶")]
    [InlineData(-2e-7, 2e-7, "-2.0×10⁻⁷ -1.5×10⁻⁷ -1.0×10⁻⁷ -0.5×10⁻⁷ 0 0.5×10⁻⁷ 1.0×10⁻⁷ 1.5×10⁻⁷ 2.0×10⁻⁷")]
    [InlineData(1.21e7, 1.34e7, "1.22×10⁷ 1.24×10⁷ 1.26×10⁷ 1.28×10⁷ 1.30×10⁷ 1.32×10⁷ 1.34×10⁷")]
    public void Fit_Linear_HasRoundTicks(double low, double high, string labels) => Assert.Equal(labels.Split(' '), Axis.Fit([low, high]).Labels);

    [Theory]
    [InlineData(1e-3, 10, "0.001 0.01 0.1 1 10")]
    [InlineData(1e-7, 10, "10⁻⁶ 10⁻⁴ 10⁻² 1")]
    [InlineData(0.1, 0.9, "0.1 0.2 0.5")]
    [InlineData(1e-12, 1e-3, "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴")]
    [InlineData(2.1, 2.9, "2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9")]
    public void Fit_Logarithmic_HasRoundTicks(double low, double high, string labels) => Assert.Equal(labels.Split(' '), Axis.Fit([low, high], isLog: true).Labels);

    [Theory]
    [InlineData(0.31, 0.87, 0.3, 0.9, false)]
    [InlineData(0, 1, 0, 1, false)]
    [InlineData(0.013, 0.8, 0.01, 1, true)]
    [InlineData(0.02, 0.3, 0.02, 0.5, true)]
    public void Fit_Round_ExtendsToRoundEnds(double low, double high, double first, double last, bool isLog)
    {
        var axis = Axis.Fit([low, high], isLog, isRound: true);
        Assert.Equal(first, axis.Low, 1e-12);
        Assert.Equal(last, axis.High, 1e-12);
    }

    [Fact]
    public void Fit_Whole_HasNoTicksBetween()
    {
        Assert.Equal(["1", "2", "3"], Axis.Fit([1, 3], isWhole: true).Labels);
        Assert.Equal(["0", "1", "2"], Axis.Fit([1], isWhole: true).Labels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_NothingToShow_IsAnAxisAllTheSame(bool isLog)
    {
        foreach (double[] values in (double[][])[[], [double.NaN], [double.PositiveInfinity, double.NegativeInfinity], [double.MaxValue]])
        {
            var axis = Axis.Fit(values, isLog, isRound: true);
            Assert.True(axis.Low < axis.High);
            Assert.NotEmpty(axis.Ticks);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-1e-9)]
    [InlineData(1e300)]
    [InlineData(-1e300)]
    [InlineData(1e-300)]
    public void Fit_OneValue_LiesInside(double value)
    {
        var axis = Axis.Fit([value, value], isRound: true);
        Assert.InRange(axis.Place(value), 0.01, 0.99);
        Assert.InRange(axis.Ticks.Count, 2, 12);
    }

    [Fact]
    public void Fit_AnyRange_HasAscendingTicksInside()
    {
        for (var i = 1; i < 400; i++)
        {
            var (low, high) = (Math.Sin(i) * Math.Pow(10, i % 13 - 6), Math.Sin(i) * Math.Pow(10, i % 13 - 6) + Math.Pow(10, i % 11 - 5) * (1 + i % 7));
            foreach (var isLog in (bool[])[false, true])
            {
                var axis = Axis.Fit(isLog ? [Math.Abs(low), Math.Abs(low) + high - low] : [low, high], isLog);
                Assert.InRange(axis.Ticks.Count, 2, 13);
                Assert.Equal(axis.Ticks.Order(), axis.Ticks);
                Assert.Equal(axis.Labels.Count, axis.Labels.Distinct().Count());
                Assert.All(axis.Ticks, t => Assert.InRange(axis.Place(t), -1e-6, 1 + 1e-6));
            }
        }
    }
}
