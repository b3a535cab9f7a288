using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>What a run's memory is taken by, in bytes: estimates, counted tensor by tensor as the run makes them.</summary>
public sealed record PlannedMemory
{
    internal PlannedMemory()
    {
    }

    /// <summary>All weights in float32, those of an adapter among them, and in mixed precision their bfloat16 roundings beside.</summary>
    public long Weights { get; internal init; }

    /// <summary>Gradients of what is trained, and the product that becomes one.</summary>
    public long Gradients { get; internal init; }

    /// <summary>Both moments of AdamW.</summary>
    public long Moments { get; internal init; }

    /// <summary>A copy of the best evaluation's weights, where one is kept in memory; else 0.</summary>
    public long BestModel { get; internal init; }

    /// <summary>A second model that is in memory while the first is trained, as a reference that moves; else 0.</summary>
    public long SecondModel { get; internal init; }

    /// <summary>What layers keep of a micro-batch for the backward pass, and what the layer that goes backward needs.</summary>
    public long Activations { get; internal init; }

    /// <summary>Logits.</summary>
    public long Head { get; internal init; }

    /// <summary>All of it. An evaluation takes less: no gradients, moments and kept activations of its own.</summary>
    public long Total => Weights + Gradients + Moments + BestModel + SecondModel + Activations + Head;

    /// <summary>In gigabytes by part, the same in every culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Total / 1e9:F2} GB: ") + string.Join(
        ", ", Parts.Where(p => p.Bytes > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Bytes / 1e9:F2}")));

    internal IEnumerable<(string Name, long Bytes)> Parts =>
    [
        ("weights", Weights), ("gradients", Gradients), ("moments", Moments), ("best model", BestModel), ("second model", SecondModel),
        ("activations", Activations), ("head", Head),
    ];
}
