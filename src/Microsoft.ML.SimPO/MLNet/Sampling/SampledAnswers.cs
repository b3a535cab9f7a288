namespace Microsoft.ML.SimPO;

/// <summary>Answers that were sampled into a folder.</summary>
public sealed class SampledAnswers
{
    internal SampledAnswers(IReadOnlyList<string> prompts, IReadOnlyList<IReadOnlyList<string>> answers) => (Prompts, Answers) = (prompts, answers);

    /// <summary>The prompts, each once, in the order in which they come first.</summary>
    public IReadOnlyList<string> Prompts { get; }

    /// <summary>The answers to each prompt, in the order of the seeds.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Answers { get; }

    /// <summary>Prompts whose answers are all the same; <c>all_outputs.json</c> leaves them out.</summary>
    public int SameAnswers => Answers.Count(AreSame);

    /// <summary>Prompts that were answered before.</summary>
    public int Known { get; internal init; }

    /// <summary>The counts in a line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Prompts.Count} prompts with {(Answers.Count == 0 ? 0 : Answers[0].Count)} answers each, {Known} of them known; ")
        + FormattableString.Invariant($"{SameAnswers} dropped for equal answers");

    internal static bool AreSame(IReadOnlyList<string> answers) => answers.Distinct(StringComparer.Ordinal).Count() == 1;
}
