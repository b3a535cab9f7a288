namespace Microsoft.ML.SimPO;

/// <summary>What came of rounds of sampling, scoring, tuning and judging.</summary>
public sealed class IterationResult
{
    internal IterationResult(IReadOnlyList<IterationRound> rounds, double startVerdict) => (Rounds, StartVerdict) = (rounds, startVerdict);

    /// <summary>The rounds, the last of which may be the one whose verdict did not rise.</summary>
    public IReadOnlyList<IterationRound> Rounds { get; }

    /// <summary>The verdict over the model that the first round began with.</summary>
    public double StartVerdict { get; }

    /// <summary>The round with the best verdict; null where none is above that of the start.</summary>
    public IterationRound? Best => Rounds.MaxBy(r => r.Verdict) is { } best && best.Verdict > StartVerdict ? best : null;

    /// <summary>The folder of the model of the best round, in Hugging Face layout; null where that which the first began with is the best.</summary>
    public string? ModelPath => Best is { } best ? IterationRun.ModelOf(best.Folder) : null;

    /// <summary>The verdicts in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"start {StartVerdict:F3}")
        + string.Concat(Rounds.Select(r => FormattableString.Invariant($", round {r.Round} {r.Verdict:F3} ({r.Pairs} pairs)")))
        + (Best is { } best ? FormattableString.Invariant($"; the best is round {best.Round}") : "; no round is better than the start");
}
