namespace Microsoft.ML.SimPO;

/// <summary>A way to have a run take less memory, and what it would take that way.</summary>
public sealed record PlannedChoice
{
    internal PlannedChoice(string name, long bytes, bool fits, bool isSupported) => (Name, Bytes, Fits, IsSupported) = (name, bytes, fits, isSupported);

    /// <summary>What is done: <c>recomputation</c>, <c>an adapter</c>, <c>8-bit weights under an adapter</c>.</summary>
    public string Name { get; }

    /// <summary>Memory of a device with it, and with all that changes no result.</summary>
    public long Bytes { get; }

    /// <summary>Whether that is as much as there is.</summary>
    public bool Fits { get; }

    /// <summary>Whether this library does it; what it does not is there to tell what would be needed.</summary>
    public bool IsSupported { get; }
}
