namespace Descent.Saving;

/// <summary>A tensor in a file: what is known of it before it is read.</summary>
/// <param name="place">Where the file has it, as messages say.</param>
/// <param name="name">Its path by the names of layers.</param>
/// <param name="number">What weights are matched by in a file that numbers them; default the place.</param>
internal abstract class StoredTensor(string place, string name, string? number = null)
{
    public string Place => place;

    public string Name => name;

    public string Number => number ?? place;

    /// <summary>The dimensions.</summary>
    public abstract IReadOnlyList<long> Dimensions { get; }

    /// <summary>The type of the elements as the file has them, for messages.</summary>
    public abstract string Type { get; }

    /// <summary>Whether the file has a checksum of the elements, or of the whole.</summary>
    public abstract bool IsChecked { get; }

    /// <summary>Whether the elements can become those of a type.</summary>
    public abstract bool Fits(DType type);

    /// <summary>Finds whether the elements are whole and become those of a variable: <see cref="Read"/> fails then only if the disk does, or if the file is changed.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a value does not fit.</exception>
    public virtual void Verify(Variable target) => ReadAlone(target.Shape, target.DType);

    /// <summary>Reads the elements into a variable that nobody else has.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a value does not fit.</exception>
    public Variable ReadAlone(Shape shape, DType type)
    {
        var alone = type == DType.Float32 ? Variable.Blank(place, shape, trainable: false) : new Variable(place, Tensor.New(shape, type), trainable: false);
        Read(alone);
        return alone;
    }

    /// <summary>Reads the elements into a variable of these dimensions, and verifies their checksum.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a value does not fit.</exception>
    public abstract void Read(Variable target);

    /// <summary>Whether a variable can take the elements.</summary>
    public bool Fits(Variable variable) => HasShape(variable.Shape) && Fits(variable.DType);

    public override string ToString() => $"{Type} of shape ({string.Join(", ", Dimensions)}{(Dimensions.Count == 1 ? "," : "")})";

    private bool HasShape(Shape shape)
    {
        if (Dimensions.Count != shape.Rank) return false;
        for (var i = 0; i < shape.Rank; i++)
            if (Dimensions[i] != shape[i]) return false;
        return true;
    }
}
