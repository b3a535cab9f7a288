using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>A row of <see cref="ModelFamilies"/>.</summary>
/// <param name="ModelType"><c>model_type</c> in <c>config.json</c>.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Reader">The architecture that a configuration of this family describes.</param>
/// <param name="Names">The family's names of tensors.</param>
/// <param name="Fields">The fields of its configuration that are read, beside those that all families read: <see cref="ConfigFields.Read"/>.</param>
/// <param name="HarmlessFields">Fields that Hugging Face ignores in this family, beside <see cref="ConfigFields.Harmless"/>.</param>
internal sealed record ModelFamily(
    string ModelType, string Title, Func<ModelConfig, DecoderArchitecture> Reader, LayerNames Names, IReadOnlyList<string> Fields,
    IReadOnlyList<string>? HarmlessFields = null)
{
    /// <summary>Other names that checkpoints of the family have, with all experts of a layer in one tensor.</summary>
    public LayerNames? JoinedNames { get; init; }

    /// <summary>The names that a checkpoint has: with experts one by one or joined, and with what multimodal checkpoints put before them.</summary>
    public LayerNames NamesIn(Checkpoint weights)
    {
        bool Has(Func<string, bool> isMeant) => weights.Tensors.Keys.Any(isMeant);
        string joined = $".{JoinedNames?.Experts}.gate_up_proj";
        LayerNames names = JoinedNames is not null && Has(name => name.EndsWith(joined, StringComparison.Ordinal)) ? JoinedNames : Names;
        if (Has(name => name.StartsWith(LaterNames.Nested, StringComparison.Ordinal))) return names with { Prefix = LaterNames.Nested };
        return Has(name => name.StartsWith(LaterNames.Outer, StringComparison.Ordinal))
            ? names with { Prefix = LaterNames.Outer, Head = "language_model.lm_head" } : names;
    }

    /// <summary>What its classes are called in transformers, before what they are for: <c>Qwen3Moe</c>.</summary>
    public string ClassName { get; init; } = string.Concat(ModelType.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>The architecture that a configuration of this family describes: that of a language model, or of a reward model.</summary>
    /// <exception cref="InvalidDataException">A field is missing or out of its range, or the sizes together are those of no model.</exception>
    /// <exception cref="NotSupportedException">It is of a classifier, or of a reward model that is computed by code of its makers' own.</exception>
    public DecoderArchitecture Read(ModelConfig config)
    {
        DecoderArchitecture architecture = Reader(config);
        ConfigLimits.Check(config, architecture);
        return RewardHeadReader.Read(config) is { } head ? architecture.WithRewardHead(head) : architecture;
    }
}
