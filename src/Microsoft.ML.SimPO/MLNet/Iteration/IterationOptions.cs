using Microsoft.Extensions.AI;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How rounds of sampling, scoring, tuning and judging follow each other.</summary>
public sealed class IterationOptions
{
    /// <summary>The most rounds. At least 1; default 3.</summary>
    public int Rounds { get; set; } = 3;

    /// <summary>
    /// How the pairs of a round are made. Its seed of generation is that of the first round, and one more for each after it; its
    /// <see cref="PairMakingOptions.AnswersPath"/> is the round's own. Null, the default, for the settings of the recipes.
    /// </summary>
    public PairMakingOptions? Pairs { get; set; }

    /// <summary>
    /// Rows with a column of prompts that are held out: a round's verdict is over the greedy answers to them. Null, the default, holds out every tenth of the
    /// prompts, or takes all of fewer than ten for both.
    /// </summary>
    public IDataView? HeldOut { get; set; }

    /// <summary>The most tokens of an answer to a held-out prompt. At least 1; default 1,024.</summary>
    public int MaxNewTokens { get; set; } = 1024;

    /// <summary>
    /// A chat model that compares a round's answers with those of the model that the first round began with; the verdict is the win rate. Verdicts are kept, so
    /// that none is asked for twice. Null, the default, for the mean score of the answers.
    /// </summary>
    public IChatClient? Judge { get; set; }

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Rounds", this);

    internal PairMakingOptions PairsOf(int round, string answersPath)
    {
        PairMakingOptions pairs = Pairs ?? new PairMakingOptions();
        GenerationOptions sampling = pairs.Sampling;
        return new PairMakingOptions
        {
            PromptColumnName = pairs.PromptColumnName, MaxPrompts = pairs.MaxPrompts, Samples = pairs.Samples, Choice = pairs.Choice,
            MinimumGap = pairs.MinimumGap, Seed = pairs.Seed, Generation = sampling with { Seed = sampling.Seed + round - 1 }, AnswersPath = answersPath,
        };
    }

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate(string parameter)
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), parameter);
        Pairs?.Validate(parameter);
    }

    private IEnumerable<string> Faults()
    {
        if (Rounds < 1) yield return FormattableString.Invariant($"`{nameof(Rounds)}` must be at least 1, but was {Rounds}. Use 3.");
        if (MaxNewTokens < 1) yield return FormattableString.Invariant($"`{nameof(MaxNewTokens)}` must be at least 1, but was {MaxNewTokens}. Use 1024.");
        if (Pairs?.AnswersPath is not null) yield return "`Pairs.AnswersPath` must be null, for each round has a file of its own. Leave it out.";
    }
}
