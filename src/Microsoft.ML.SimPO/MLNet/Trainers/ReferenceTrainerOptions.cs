using System.Collections.Concurrent;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What every trainer with a reference model can be told beside the rest. The reference model is the one that the run begins with, unless another is named.
/// What it gives to the answers is computed once, before the first step, and kept in the run's folder: while the model is trained there is no second one in
/// memory. A tuned model that scores other pairs than those of its run opens the reference model then, and frees it with itself.
/// </summary>
public abstract class ReferenceTrainerOptions : PreferenceTrainerOptions
{
    private protected ReferenceTrainerOptions()
    {
    }

    /// <summary>
    /// beta, the scale of the rewards: beta times log p - log p of the reference of an answer, a sum over its tokens (arXiv 2305.18290, equation 5). The
    /// larger, the dearer it is to leave the reference. Above 0, usually 0.01 to 0.5; default 0.1.
    /// </summary>
    [Option("beta", OptionEffect.Steps, Above = 0, Use = "0.01 to 0.5"), SweepRange(0.01, 0.5, LogScale = true, DefaultOrder = 2)]
    public override float Beta { get; set; } = 0.1f;

    /// <summary>
    /// The folder of another reference model, in Hugging Face layout, with the same vocabulary as the one that is tuned. It is in memory beside that one
    /// until its log-probabilities are computed, which is before the first step. Null, the default, for the model that the run begins with, with
    /// <see cref="PreferenceTrainerOptions.Lora"/> the one without adapter.
    /// </summary>
    [Option("ref_model_name_or_path", OptionEffect.None, Names = "the folder of a reference model", Use = "null for the model that the run begins with",
        IsLocation = true)]
    public string? ReferencePath { get; set; }

    /// <summary>
    /// A column of numbers with the reference model's log-probability of each chosen answer, ready for use: the sum over its tokens, its end token included,
    /// in nats. Goes with <see cref="ReferenceRejectedColumnName"/>. Null, the default, to compute them.
    /// </summary>
    [Option("ref_chosen_logps_column", OptionEffect.Steps, Names = "a column", Use = "null to compute them")]
    public string? ReferenceChosenColumnName { get; set; }

    /// <summary>As <see cref="ReferenceChosenColumnName"/>, of each rejected answer.</summary>
    [Option("ref_rejected_logps_column", OptionEffect.Steps, Names = "a column", Use = "null to compute them")]
    public string? ReferenceRejectedColumnName { get; set; }

    /// <summary>Tables that several fits share, by the fingerprint of their reference model; null where a fit is alone.</summary>
    internal ConcurrentDictionary<string, ReferenceTable>? ReferenceTables { get; set; }

    internal override void CheckColumns(IHost host, DataViewSchema schema, string parameter)
    {
        if (ReferenceChosenColumnName is { } chosen) ReferenceColumns.Find(host, schema, chosen, ReferenceRejectedColumnName!, parameter);
    }

    internal override IReadOnlyList<EncodedPrompt> Prepare(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host) =>
        ReferenceChosenColumnName is null ? pairs : ReferenceColumns.AddTo(pairs, data, host, ReferenceChosenColumnName, ReferenceRejectedColumnName!);

    internal override IEnumerable<string> Contradictions()
    {
        foreach (string fault in base.Contradictions()) yield return fault;
        if (ReferenceChosenColumnName is null != ReferenceRejectedColumnName is null)
        {
            yield return "`ReferenceChosenColumnName` and `ReferenceRejectedColumnName` must both name a column, but one was null. "
                + "Use null for both to compute them.";
        }
        if (ReferenceChosenColumnName is not null && WeighsTokens)
        {
            yield return "`ReferenceChosenColumnName` must be null where tokens are weighed by the length of the other answer: a sum over all tokens says too "
                + "little.";
        }
    }

    /// <summary>Whether tokens of an answer count by the length of the other one.</summary>
    private protected virtual bool WeighsTokens => false;
}
