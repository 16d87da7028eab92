namespace Descent.Comparing;

/// <summary>What is better: the order of rates within an optimizer, and of optimizers by their best rates.</summary>
internal static class Ranking
{
    /// <summary>Those that did not diverge come first, then the better monitored value, then the lower validation loss, then who was named first.</summary>
    public static IEnumerable<T> Order<T>(IEnumerable<T> items, Func<T, ComparedRate> rate, Monitored monitored) => items
        .OrderBy(item => rate(item).IsDiverged)
        .ThenBy(item => rate(item).Mean, Comparer<double>.Create(monitored.Compare))
        .ThenBy(item => double.IsNaN(rate(item).MeanValidationLoss)) // NaN would be the least of all
        .ThenBy(item => rate(item).MeanValidationLoss);
}
