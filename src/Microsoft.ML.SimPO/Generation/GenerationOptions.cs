using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// How text is generated. The defaults are greedy: the likeliest token each time. Everything works as the option of the same name in Hugging Face transformers,
/// in its order: repetition penalty, no-repeat n-grams, least length, temperature, top-k, top-p, min-p.
/// </summary>
public sealed record GenerationOptions
{
    /// <summary>As the recipes of SimPO sample answers that pairs are made of.</summary>
    internal static GenerationOptions OfRecipes { get; } = new() { Sample = true, Temperature = 0.8f, TopP = 0.95f, MaxNewTokens = 4096 };

    /// <summary>At most so many tokens are written. At least 1, default 256.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>
    /// Prompt and answer together have at most so many tokens; an answer has one at least. Above 0, default null: only <see cref="MaxNewTokens"/> ends it.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>Tokens that end an answer are not written before so many others. From 0 to <see cref="MaxNewTokens"/>, default 0.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>Draw from the probabilities instead of taking the likeliest token. Default false.</summary>
    public bool Sample { get; init; }

    /// <summary>What logits are divided by before sampling. Above 0, default 1.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Sample among the k likeliest tokens, and those that are as likely as the last of them. Default 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Sample among the likeliest tokens as long as the mass before them is below this. Above 0 to 1, default 1: all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Sample among tokens at least this share as likely as the likeliest. From 0 to 1, default 0: all.</summary>
    public float MinP { get; init; }

    /// <summary>Logits of tokens that occurred, in the prompt too, are divided by this (multiplied where negative). Above 0, default 1: none.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of so many tokens is written twice, the prompt's included. Default 0: any may be.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Texts at which an answer ends; the answer is what stands before the first of them. Not empty each, default none.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>
    /// Where the random numbers begin. Default 0: the same text each time. Every prompt of a call, and every sample, has random numbers of its own, decided by
    /// the seed and its place: its text does not depend on the other prompts.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Generation", this);

    /// <summary>A sentence where options of sampling are set and nothing is sampled; null for none.</summary>
    internal string? Unused
    {
        get
        {
            if (Sample) return null;
            string[] set =
            [
                .. Temperature != 1 ? [Invariant($"`Temperature` {Temperature}")] : Array.Empty<string>(),
                .. TopK != 0 ? [Invariant($"`TopK` {TopK}")] : Array.Empty<string>(),
                .. TopP != 1 ? [Invariant($"`TopP` {TopP}")] : Array.Empty<string>(),
                .. MinP != 0 ? [Invariant($"`MinP` {MinP}")] : Array.Empty<string>(),
            ];
            if (set.Length == 0) return null;
            return $"{string.Join(", ", set)} {(set.Length == 1 ? "has" : "have")} no effect, for `Sample` is false and the likeliest token is taken. Set it.";
        }
    }

    /// <summary>Lists every option that is out of its range; empty where there is none.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaxNewTokens < 1) yield return Invariant($"`MaxNewTokens` must be at least 1, but was {MaxNewTokens}.");
        if (MaxLength < 1)
            yield return Invariant($"`MaxLength` must be at least 1, but was {MaxLength}. Use null for no limit of prompt and answer together.");
        if (MinNewTokens < 0 || MinNewTokens > Math.Max(0, MaxNewTokens))
            yield return Invariant($"`MinNewTokens` must be from 0 to `MaxNewTokens`, but was {MinNewTokens}.");
        if (!(Temperature > 0 && float.IsFinite(Temperature)))
            yield return Invariant($"`Temperature` must be greater than 0, but was {Temperature}. For the likeliest token leave `Sample` false.");
        if (TopK < 0) yield return Invariant($"`TopK` must be 0 or more, but was {TopK}. Use 0 for all tokens.");
        if (!(TopP > 0 && TopP <= 1)) yield return Invariant($"`TopP` must be greater than 0 and at most 1, but was {TopP}. Use 1 for all tokens.");
        if (!(MinP >= 0 && MinP <= 1)) yield return Invariant($"`MinP` must be from 0 to 1, but was {MinP}. Use 0 for all tokens.");
        if (!(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty)))
            yield return Invariant($"`RepetitionPenalty` must be greater than 0, but was {RepetitionPenalty}. Use 1 for none.");
        if (NoRepeatNgramSize < 0) yield return Invariant($"`NoRepeatNgramSize` must be 0 or more, but was {NoRepeatNgramSize}. Use 0 for none.");
        if (StopStrings is null || StopStrings.Any(string.IsNullOrEmpty))
            yield return "`StopStrings` must hold texts that are not empty. Use an empty list for none.";
    }

    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    internal void Validate(string parameter)
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), parameter);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
