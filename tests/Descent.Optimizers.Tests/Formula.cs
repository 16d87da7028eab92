using System.Globalization;

namespace Descent.Tests;

/// <summary>Works out formulas as the documentation writes them: <c>m += (1-beta)*(g-m); w -= lr*m</c>, for a variable of one element.</summary>
internal sealed class Formula(string text, IDictionary<string, double> names)
{
    private int _at;

    /// <summary>Runs all assignments in order.</summary>
    public void Run()
    {
        for (_at = 0; _at < text.Length; Take(';'))
        {
            var name = Word();
            var operation = Take('+') ? '+' : Take('-') ? '-' : Take('*') ? '*' : '=';
            if (!Take('=')) throw Unexpected();
            var value = Sum();
            names[name] = operation switch
            {
                '+' => Value(name) + value,
                '-' => Value(name) - value,
                '*' => Value(name) * value,
                _ => value,
            };
        }
    }

    private double Sum()
    {
        var left = Product();
        while (true)
        {
            if (Take('+')) left += Product();
            else if (Take('-')) left -= Product();
            else return left;
        }
    }

    private double Product()
    {
        var left = Factor();
        while (true)
        {
            if (Take('*')) left *= Factor();
            else if (Take('/')) left /= Factor();
            else return left;
        }
    }

    // As in mathematics, a power binds more tightly than the sign before it, and its exponent may have one.
    private double Factor()
    {
        if (Take('-')) return -Factor();
        var left = Atom();
        return Take('^') ? Math.Pow(left, Factor()) : left;
    }

    private double Atom()
    {
        if (Take('('))
        {
            var inner = Sum();
            return Take(')') ? inner : throw Unexpected();
        }

        if (char.IsAsciiDigit(Next()))
        {
            var start = _at;
            while (char.IsAsciiDigit(Next()) || Next() == '.') _at++;
            return double.Parse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture);
        }

        var name = Word();
        if (!Take('(')) return Value(name);
        List<double> arguments = [Sum()];
        while (Take(',')) arguments.Add(Sum());
        return Take(')') ? Call(name, arguments) : throw Unexpected();
    }

    private double Call(string function, List<double> x) => function switch
    {
        "sqrt" => Math.Sqrt(x[0]),
        "abs" or "norm" or "rms" => Math.Abs(x[0]),
        "sign" => Math.Sign(x[0]),
        "cos" => Math.Cos(x[0]),
        "floor" => Math.Floor(x[0]),
        "min" => Math.Min(x[0], x[1]),
        "max" => Math.Max(x[0], x[1]),
        "orthogonal" => Orthogonal(x[0]),
        _ => throw Unexpected(),
    };

    // Newton and Schulz' iteration on a matrix of one element (docs of Muon).
    private double Orthogonal(double x)
    {
        x /= Math.Abs(x) + 1e-7;
        for (var i = 0; i < Value("ns_steps"); i++) x *= Value("muon_a") + Value("muon_b") * x * x + Value("muon_c") * Math.Pow(x, 4);
        return x;
    }

    private double Value(string name) => names.TryGetValue(name, out var value) ? value : throw new FormatException($"'{name}' has no value in '{text}'.");

    private string Word()
    {
        Skip();
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Next()) || Next() == '_') _at++;
        return _at > start ? text[start.._at] : throw Unexpected();
    }

    private bool Take(char c)
    {
        Skip();
        if (Next() != c) return false;
        _at++;
        return true;
    }

    private void Skip()
    {
        while (Next() == ' ') _at++;
    }

    private char Next() => _at < text.Length ? text[_at] : '\0';

    private FormatException Unexpected() => new($"Cannot read '{text}' at {_at}.");
}
