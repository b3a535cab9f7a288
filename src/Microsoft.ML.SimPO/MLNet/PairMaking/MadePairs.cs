namespace Microsoft.ML.SimPO;

/// <summary>Pairs that were made of a model's own answers.</summary>
public sealed class MadePairs
{
    internal MadePairs(IDataView data) => Data = data;

    /// <summary>
    /// The pairs in the order of their prompts, to learn from or to keep with <see cref="AlignmentCatalog.SavePreferences"/>: <c>Prompt</c>, <c>Chosen</c>,
    /// <c>Rejected</c>, <c>ScoreChosen</c>, <c>ScoreRejected</c>.
    /// </summary>
    public IDataView Data { get; }

    /// <summary>Pairs.</summary>
    public int Count { get; internal init; }

    /// <summary>Different prompts that were answered.</summary>
    public int Prompts { get; internal init; }

    /// <summary>Prompts that were dropped, for all their answers are the same, or blank.</summary>
    public int SameAnswers { get; internal init; }

    /// <summary>Prompts that were dropped, for no two different answers differ enough by their scores.</summary>
    public int Ties { get; internal init; }

    /// <summary>Prompts whose answers stood in <see cref="PairMakingOptions.AnswersPath"/>.</summary>
    public int Known { get; internal init; }

    /// <summary>Mean score of all answers.</summary>
    public double MeanScore { get; internal init; }

    /// <summary>The counts in a line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Count} pairs of {Prompts} prompts; {SameAnswers} dropped for equal answers, {Ties} for equal scores; ")
        + FormattableString.Invariant($"mean score {MeanScore:F3}");
}
