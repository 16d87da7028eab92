namespace Descent;

public static partial class Ops
{
    // How operations tell the tape what they did. The gradient of each input stands right beside the operation; it may return a
    // gradient of the broadcast shape: the tape sums it back to the input's.

    private static Tensor Record(Tensor output, Tensor x, Backward dx, object? state = null)
    {
        if (Recording.Current is { } recording && recording.Find(x) is { } parent)
        {
            var node = recording.Add(output, state, 1);
            Set(ref node[0], x, parent, dx);
        }

        return output;
    }

    private static Tensor Record(Tensor output, Tensor x, Backward dx, Tensor y, Backward dy, object? state = null)
    {
        if (Recording.Current is { } recording)
        {
            var (px, py) = (recording.Find(x), recording.Find(y));
            if (px is null && py is null) return output;
            var node = recording.Add(output, state, 2);
            Set(ref node[0], x, px, dx);
            Set(ref node[1], y, py, dy);
        }

        return output;
    }

    private static Tensor Record(Tensor output, Tensor x, Backward dx, Tensor y, Backward dy, Tensor z, Backward dz, object? state = null)
    {
        if (Recording.Current is { } recording)
        {
            var (px, py, pz) = (recording.Find(x), recording.Find(y), recording.Find(z));
            if (px is null && py is null && pz is null) return output;
            var node = recording.Add(output, state, 3);
            Set(ref node[0], x, px, dx);
            Set(ref node[1], y, py, dy);
            Set(ref node[2], z, pz, dz);
        }

        return output;
    }

    private static Tensor Record(Tensor output, IReadOnlyList<Tensor> inputs, Func<Node, int, Tensor> backward)
    {
        if (Recording.Current is not { } recording) return output;
        var parents = new Node?[inputs.Count];
        for (var i = 0; i < parents.Length; i++) parents[i] = recording.Find(inputs[i]);
        if (Array.TrueForAll(parents, static p => p is null)) return output;
        var node = recording.Add(output, null, parents.Length);
        for (var i = 0; i < parents.Length; i++)
        {
            var index = i;
            Set(ref node[i], inputs[i], parents[i], n => backward(n, index));
        }

        return output;
    }

    // An operation of many inputs, some of which may be absent.
    private static Tensor Record(Tensor output, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<Backward> gradients, object? state)
    {
        if (Recording.Current is not { } recording) return output;
        var isKnown = false;
        foreach (var input in inputs) isKnown |= input is not null && recording.Find(input) is not null;
        if (!isKnown) return output;
        var node = recording.Add(output, state, inputs.Length);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } input) Set(ref node[i], input, recording.Find(input), gradients[i]);
            else node[i] = default;
        }

        return output;
    }

    // The gradient of a fused operation while a tape records it, so that it has a gradient too: that of the same operation composed of
    // ordinary ones. It starts from stand-ins of the inputs, whose gradients are apart from those that the running pass collects.
    private static Tensor ComposedGradient(Node n, int input, Func<Tensor?[], Tensor> composed)
    {
        var inputs = new Tensor?[n.EdgeCount];
        for (var i = 0; i < inputs.Length; i++)
            if (n[i].Input is not null) inputs[i] = Record(n.Input(i).View(n.Input(i).Shape), n.Input(i), static m => m.Gradient);
        using var tape = new GradientTape();
        return tape.Gradient(composed(inputs), [inputs[input]!], n.Gradient)[0] ?? Tensor.Zeros(inputs[input]!.Shape);
    }

    private static void Set(ref Edge edge, Tensor input, Node? parent, Backward backward)
    {
        edge.Input = input;
        edge.Parent = parent;
        edge.Version = input.Owner?.Version ?? 0;
        edge.Backward = backward;
    }
}
