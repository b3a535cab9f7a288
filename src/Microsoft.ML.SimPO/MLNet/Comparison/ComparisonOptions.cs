using Microsoft.Extensions.AI;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How methods are compared.</summary>
public sealed class ComparisonOptions
{
    /// <summary>
    /// So many prompts of the validation data, the first, are answered by the model before and after each method, greedily, so that the length of answers is
    /// compared. 0 or more; default 0, for none.
    /// </summary>
    public int Answers { get; set; }

    /// <summary>The most tokens of such an answer. At least 1; default 128.</summary>
    public int MaxNewTokens { get; set; } = 128;

    /// <summary>
    /// A figure of one's own for each tuned model, from it and the validation data: what a judge or a benchmark says. Null, the default, for none.
    /// </summary>
    public Func<AlignmentTransformer, IDataView, double>? Judge { get; set; }

    /// <summary>
    /// A chat model that judges in place of <see cref="Judge"/>: of each of the <see cref="Answers"/> prompts it is shown the tuned model's answer beside that
    /// of the model before, in both orders, and the figure is the share that the tuned model wins, a tie being half. It stays the caller's. Null, the default,
    /// for none.
    /// </summary>
    public IChatClient? JudgeClient { get; set; }

    /// <summary>Whether the tuned models are kept, each with its method's row. Default false: one at a time is in memory.</summary>
    public bool KeepModels { get; set; }

    /// <summary>
    /// Where the random numbers of every fit begin whose options say nothing; null, the default, takes the seed of the <see cref="MLContext"/>.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Comparison", this);

    internal IEnumerable<string> Faults()
    {
        if (Answers < 0) yield return FormattableString.Invariant($"`{nameof(Answers)}` must be 0 or more, but was {Answers}. Use 8, or 0 for none.");
        if (MaxNewTokens < 1) yield return FormattableString.Invariant($"`{nameof(MaxNewTokens)}` must be at least 1, but was {MaxNewTokens}. Use 128.");
        if (Judge is not null && JudgeClient is not null)
            yield return $"`{nameof(JudgeClient)}` must be null where `{nameof(Judge)}` is given. Give one of them.";
        if (JudgeClient is not null && Answers == 0) yield return $"`{nameof(Answers)}` must be at least 1 with `{nameof(JudgeClient)}`, but was 0. Use 8.";
    }
}
