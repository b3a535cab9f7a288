namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>What <see cref="DpoLoss"/> is made of.</summary>
/// <param name="Beta">How much leaving the reference costs, above 0.</param>
/// <param name="Types">The terms, each with its factor.</param>
internal sealed record DpoSettings(double Beta, params IReadOnlyList<(DpoLossType Type, double Weight)> Types)
{
    /// <summary>Each as a function, with its factor.</summary>
    public IEnumerable<DpoTerm> Terms => Types.Select(
        t => DpoTerm.Of(t.Type, Beta, t.Type is DpoLossType.Sigmoid or DpoLossType.SigmoidNorm && !SmoothsSigmoid ? 0 : Smoothing, Tau) with
        {
            Weight = t.Weight,
        });

    /// <summary>s, from 0 to below 0.5: how often a preference is taken to be wrong, for the terms that know it.</summary>
    public double Smoothing { get; init; }

    /// <summary>Whether the sigmoid losses know it too, which of the trainers of the field not all do.</summary>
    public bool SmoothsSigmoid { get; init; } = true;

    /// <summary>tau of DiscoPOP.</summary>
    public double Tau { get; init; } = 0.05;

    public DivergenceMap Divergence { get; init; }

    /// <summary>What tokens beyond the length of the shorter answer count: LD-DPO; 1 for as much as the others.</summary>
    public double TailWeight { get; init; } = 1;

    /// <summary>What the length of an answer adds to beta times its log-ratio, a token: R-DPO; 0 for nothing.</summary>
    public double LengthPenalty { get; init; }

    /// <summary>Whether a pair counts as much as its answers are likely: WPO.</summary>
    public bool WeighsPairs { get; init; }

    public SftNormalization SftNormalization { get; init; }

    /// <summary>Whether an answer's reward is the mean over its tokens where the first term's is; else it is the sum.</summary>
    public bool RewardsPerToken { get; init; } = true;
}
