namespace Descent.Metrics;

/// <summary>The rates that a curve is drawn from.</summary>
public enum AucCurve
{
    /// <summary>True positives' rate over false positives' rate.</summary>
    ROC,

    /// <summary>Precision over recall.</summary>
    PR,

    /// <summary>Precision gain over recall gain.</summary>
    PRGain,
}

/// <summary>How the area between two points of a curve is taken.</summary>
public enum AucSummationMethod
{
    /// <summary>By the mean height; for precision and recall by interpolating the counts.</summary>
    Interpolation,

    /// <summary>By the smaller height.</summary>
    Minoring,

    /// <summary>By the greater height.</summary>
    Majoring,
}

/// <summary>The area under one curve, from the counts at thresholds in rising order.</summary>
internal sealed class AreaUnderCurve(AucCurve curve, AucSummationMethod method, double[] tp, double[] fp, double[] tn, double[] fn)
{
    public double Area()
    {
        double area = 0;
        for (var i = 0; i < tp.Length - 1; i++)
            area += curve == AucCurve.PR && method == AucSummationMethod.Interpolation ? Interpolated(i) : Strip(Point(i), Point(i + 1));
        return area;
    }

    private double Strip((double X, double Y) a, (double X, double Y) b) => (a.X - b.X) * method switch
    {
        AucSummationMethod.Interpolation => (a.Y + b.Y) / 2,
        AucSummationMethod.Minoring => Math.Min(a.Y, b.Y),
        _ => Math.Max(a.Y, b.Y),
    };

    private (double X, double Y) Point(int i) => curve switch
    {
        AucCurve.ROC => (Divide(fp[i], fp[i] + tn[i]), Divide(tp[i], tp[i] + fn[i])),
        AucCurve.PR => (Divide(tp[i], tp[i] + fn[i]), Divide(tp[i], tp[i] + fp[i])),
        _ => Gain(i),
    };

    // The hyperbolic transform of recall and precision. Without true positives there is no recall to gain, and precision is
    // taken as perfect; a recall below that of chance gains nothing.
    private (double X, double Y) Gain(int i)
    {
        if (tp[i] == 0) return (0, 1);
        var scale = Divide(tp[i] + fn[i], tn[i] + fp[i]);
        return (Math.Max(0, 1 - scale * fn[i] / tp[i]), 1 - scale * fp[i] / tp[i]);
    }

    // Between two points true positives are linear in all positives p; the precision along that line has the integral
    // slope · (Δtp + intercept · ln(pᵢ / pᵢ₊₁)) / (tp + fn).
    private double Interpolated(int i)
    {
        var gained = tp[i] - tp[i + 1];
        var (p, next) = (tp[i] + fp[i], tp[i + 1] + fp[i + 1]);
        var slope = Divide(gained, Math.Max(p - next, 0));
        var intercept = tp[i + 1] - slope * next;
        var ratio = p > 0 && next > 0 ? p / next : 1;
        return Divide(slope * (gained + intercept * Math.Log(ratio)), Math.Max(tp[i + 1] + fn[i + 1], 0));
    }

    private static double Divide(double x, double y) => y == 0 ? 0 : x / y;
}
