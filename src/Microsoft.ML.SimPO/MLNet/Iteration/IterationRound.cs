namespace Microsoft.ML.SimPO;

/// <summary>A round of sampling, scoring, tuning and judging.</summary>
public sealed class IterationRound
{
    internal IterationRound(int round, string folder, int pairs, double meanScore, double verdict) =>
        (Round, Folder, Pairs, MeanScore, Verdict) = (round, folder, pairs, meanScore, verdict);

    /// <summary>Its number, from 1.</summary>
    public int Round { get; }

    /// <summary>Where its answers, pairs, run and model lie.</summary>
    public string Folder { get; }

    /// <summary>Pairs that it learnt from.</summary>
    public int Pairs { get; }

    /// <summary>Mean score of the answers that the pairs were made of: those of the model before it.</summary>
    public double MeanScore { get; }

    /// <summary>Over the answers to the held-out prompts of the model that came of it: their mean score, or the win rate.</summary>
    public double Verdict { get; }

    /// <summary>The round in a line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"round {Round}: {Pairs} pairs, mean score {MeanScore:F3}, verdict {Verdict:F3}, in '{Folder}'");
}
