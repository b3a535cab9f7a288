using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// What a configuration says of the head. <c>architectures</c> names the class of the model: that of every family with <c>ForSequenceClassification</c> at its
/// end has <c>score.weight</c> in the place of <c>lm_head</c>, with a row for each label.
/// </summary>
internal static class RewardHeadReader
{
    public const string Suffix = "ForSequenceClassification";

    private const string CodeOf = "AutoModelForSequenceClassification";

    /// <summary>Classes of the families with a head that is neither: what they say is of each token, not of a text.</summary>
    private static readonly string[] OtherHeads = ["ForTokenClassification", "ForQuestionAnswering"];

    /// <returns>Null for a language model.</returns>
    /// <exception cref="NotSupportedException">It has several labels, a head of another kind, or is computed by code of its makers' own.</exception>
    public static RewardHead? Read(ModelConfig config)
    {
        if (ClassOf(config) is not { } name) return null;
        bool isRewardModel = name.EndsWith(Suffix, StringComparison.Ordinal);
        if (name.Contains("Reward", StringComparison.Ordinal) || (isRewardModel && HasOwnCode(config)))
            throw new NotSupportedException($"'{config.Path}': the reward model {Faults.Quote(name)} is computed by code of its makers' own, which is not run. "
                + $"Reward models are supported as Hugging Face's ...{Suffix} with one label.");
        if (OtherHeads.Any(head => name.EndsWith(head, StringComparison.Ordinal)))
            throw new NotSupportedException($"'{config.Path}': {Faults.Quote(name)} is neither a language model nor a reward model of whole texts. "
                + $"Supported are ...ForCausalLM, and ...{Suffix} with one label.");
        if (!isRewardModel) return null;
        int labels = LabelsOf(config);
        return labels == 1 ? new RewardHead(PaddingOf(config)) : throw new NotSupportedException(FormattableString.Invariant(
            $"'{config.Path}': {Faults.Quote(name)} has {labels} labels. A reward model has one; classifiers are not supported."));
    }

    /// <summary>The first that is named, as Hugging Face has it; null where nothing is said.</summary>
    private static string? ClassOf(ModelConfig config) => config.Find("architectures") is { ValueKind: JsonValueKind.Array } names
        ? names.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String).Select(n => n.GetString()).FirstOrDefault()
        : null;

    private static bool HasOwnCode(ModelConfig config) =>
        config.Find("auto_map") is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(CodeOf, out _);

    /// <summary>As many as have a name, else as <c>num_labels</c> says, else 2, which is what Hugging Face takes for nothing.</summary>
    private static int LabelsOf(ModelConfig config) => config.GetOrNull("id2label") is { } names ? names.FieldNames.Count() : config.GetInt32("num_labels", 2);

    /// <summary>Null in the file is none, whatever the class takes for an absent one.</summary>
    private static int? PaddingOf(ModelConfig config) =>
        config.IsNull("pad_token_id") ? null : config.GetInt32OrNull("pad_token_id") ?? ClassDefaults.Of(config).PaddingToken;
}
