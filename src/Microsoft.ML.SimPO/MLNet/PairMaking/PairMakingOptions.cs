using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How pairs are made of a model's own answers.</summary>
public sealed class PairMakingOptions
{
    /// <summary>The column of prompts. Default <c>Prompt</c>. A prompt that comes again is taken once.</summary>
    public string PromptColumnName { get; set; } = "Prompt";

    /// <summary>So many prompts, the first, are answered. At least 1; null, the default, for all.</summary>
    public int? MaxPrompts { get; set; }

    /// <summary>Answers to each prompt. At least 2; default 5, as in the recipes of SimPO.</summary>
    public int Samples { get; set; } = 5;

    /// <summary>
    /// How answers are sampled. Null, the default, for the temperature 0.8, the top-p 0.95 and the at most 4,096 new tokens of the recipes of SimPO.
    /// <see cref="GenerationOptions.Sample"/> must be true.
    /// </summary>
    public GenerationOptions? Generation { get; set; }

    /// <summary>Which answers become pairs. Default <see cref="PairChoice.BestAndWorst"/>.</summary>
    public PairChoice Choice { get; set; }

    /// <summary>How much better by its score the chosen answer must be, 0 or more. Default 0: better at all. Equal ones never become a pair.</summary>
    public double MinimumGap { get; set; }

    /// <summary>
    /// A file that takes the answers to each prompt as a line of JSON when they are there, so that a run which was broken off goes on with the same answers.
    /// Null, the default, for none.
    /// </summary>
    public string? AnswersPath { get; set; }

    /// <summary>
    /// Where the random numbers of <see cref="PairChoice.BestAndRandom"/> begin; null, the default, takes the seed of the <see cref="MLContext"/>. Those of the
    /// answers are <see cref="Generation"/>'s.
    /// </summary>
    public int? Seed { get; set; }

    internal GenerationOptions Sampling => Generation ?? GenerationOptions.OfRecipes;

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Making of pairs", this);

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate(string parameter)
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), parameter);
        Sampling.Validate(parameter);
    }

    private IEnumerable<string> Faults()
    {
        if (MaxPrompts < 1) yield return FormattableString.Invariant($"`{nameof(MaxPrompts)}` must be at least 1, but was {MaxPrompts}. Use null for all.");
        if (Samples < 2) yield return FormattableString.Invariant($"`{nameof(Samples)}` must be at least 2, but was {Samples}. Use 5.");
        if (!Sampling.Sample) yield return $"`{nameof(Generation)}` must sample, for greedy answers to one prompt are equal. Set `Sample`.";
        if (!Enum.IsDefined(Choice)) yield return $"`{nameof(Choice)}` must be one of {string.Join(", ", Enum.GetNames<PairChoice>())}, but was {Choice}.";
        if (!(MinimumGap >= 0 && double.IsFinite(MinimumGap)))
            yield return FormattableString.Invariant($"`{nameof(MinimumGap)}` must be 0 or more, but was {MinimumGap}. Use 0 for any difference.");
        if (AnswersPath is { } path && string.IsNullOrWhiteSpace(path))
            yield return $"`{nameof(AnswersPath)}` must name a file, but was empty. Use null for none.";
    }
}
