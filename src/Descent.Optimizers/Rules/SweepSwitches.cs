namespace Descent.Optimizers;

// Type arguments instead of flags, so that the loop of a plain step holds nothing but the rule.

/// <summary>Whether a part of the sweep's loop exists.</summary>
internal interface ISwitch
{
    static abstract bool On { get; }
}

internal readonly struct On : ISwitch
{
    static bool ISwitch.On => true;
}

internal readonly struct Off : ISwitch
{
    static bool ISwitch.On => false;
}

/// <summary>How many slots of state the rule has.</summary>
internal interface ISlotCount
{
    static abstract int Count { get; }
}

internal readonly struct Slots0 : ISlotCount
{
    public static int Count => 0;
}

internal readonly struct Slots1 : ISlotCount
{
    public static int Count => 1;
}

internal readonly struct Slots2 : ISlotCount
{
    public static int Count => 2;
}

internal readonly struct Slots3 : ISlotCount
{
    public static int Count => 3;
}
