namespace Descent.Layers;

/// <summary>Where tensors of images and series have their channels, in Keras' words.</summary>
internal static class DataFormats
{
    public const string ChannelsLast = "channels_last";
    public const string ChannelsFirst = "channels_first";

    /// <exception cref="ArgumentException">The value is neither.</exception>
    public static string Check(string value) => value is ChannelsLast or ChannelsFirst ? value : throw new ArgumentException(
        $"DataFormat must be '{ChannelsLast}' or '{ChannelsFirst}'. Received: '{value}'.", nameof(value));

    /// <summary>The shape with the second axis moved to the end.</summary>
    public static Shape ToLast(Shape shape) => Shape.Create([shape[0], .. shape.Dimensions[2..], shape[1]]);

    /// <summary>The shape with the last axis moved to the second place.</summary>
    public static Shape ToFirst(Shape shape) => Shape.Create([shape[0], shape[^1], .. shape.Dimensions[1..^1]]);

    /// <summary>The tensor with the second axis moved to the end.</summary>
    public static Tensor ToLast(Tensor x) => Ops.Transpose(x, [0, .. Enumerable.Range(2, x.Rank - 2), 1]);

    /// <summary>The tensor with the last axis moved to the second place.</summary>
    public static Tensor ToFirst(Tensor x) => Ops.Transpose(x, [0, x.Rank - 1, .. Enumerable.Range(1, x.Rank - 2)]);
}
