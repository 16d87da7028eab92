namespace Descent.Optimizers;

/// <summary>The generations of Keras, whose optimizers differ in names, defaults and formulas.</summary>
public enum KerasVersion
{
    /// <summary>Keras 1, as of 1.2.2: the classes in <see cref="Descent.Optimizers.Keras1"/>.</summary>
    Keras1 = 1,

    /// <summary>Keras 2, as of 2.3.1: the classes in <see cref="Descent.Optimizers.Keras2"/>.</summary>
    Keras2 = 2,

    /// <summary>Keras 3: the classes in <see cref="Descent.Optimizers"/>.</summary>
    Keras3 = 3,
}
