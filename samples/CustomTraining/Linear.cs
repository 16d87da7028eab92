using System.Text.Json.Nodes;
using Descent;
using Descent.Layers;

namespace CustomTraining;

/// <summary>The layer of Keras' guide: <c>x · w + b</c>.</summary>
internal sealed class Linear(int units) : Layer
{
    private Variable? _w, _b;

    public override void Build(Shape inputShape)
    {
        _w = AddWeight("kernel", [inputShape[^1], units], initializer: "random_normal");
        _b = AddWeight("bias", [units], initializer: "zeros");
    }

    public override Tensor Call(Tensor x, bool training = false) => Ops.MatMul(x, _w!) + _b!;

    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["units"] = units;
        return config;
    }

    public static Linear FromConfig(JsonObject config) => new((int)config["units"]!) { Name = (string)config["name"]! };
}
