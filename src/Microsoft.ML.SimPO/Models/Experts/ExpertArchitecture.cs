namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>A mixture of experts in place of one MLP: each token goes through the few experts that its router prefers.</summary>
/// <param name="Count">How many experts a layer has.</param>
/// <param name="PerToken">How many of them compute a token.</param>
/// <param name="IntermediateSize">The inner size of one expert.</param>
/// <param name="Renormalizes">Whether the probabilities of the chosen experts are divided by their sum before they weigh.</param>
internal sealed record ExpertArchitecture(int Count, int PerToken, int IntermediateSize, bool Renormalizes)
{
    public RouterKind Router { get; init; }

    /// <summary>The router has a bias.</summary>
    public bool RouterBias { get; init; }

    /// <summary>How many groups of neighbours the experts are of, of a <see cref="RouterKind.Sigmoid"/> router.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Among how many groups the experts of a token are.</summary>
    public int GroupsPerToken { get; init; } = 1;

    /// <summary>What the weights of the chosen experts are multiplied by at last.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The projections of experts have biases.</summary>
    public bool Bias { get; init; }

    /// <summary>The activation of experts that clamps gate and up; null for that of the family.</summary>
    public ClampedSwiGlu? Clamped { get; init; }

    /// <summary>The inner size of the expert that computes every token beside the chosen ones; 0 for none.</summary>
    public int SharedSize { get; init; }

    /// <summary>The shared expert is weighed by a gate of its own.</summary>
    public bool HasSharedGate { get; init; }
}
