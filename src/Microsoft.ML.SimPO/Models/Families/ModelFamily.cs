using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>A row of <see cref="ModelFamilies"/>.</summary>
/// <param name="ModelType"><c>model_type</c> in <c>config.json</c>.</param>
/// <param name="Reader">The architecture that a configuration of this family describes.</param>
/// <param name="Names">The family's names of tensors.</param>
/// <param name="Fields">The fields of its configuration that are read, beside those that all families read: <see cref="ConfigFields.Read"/>.</param>
/// <param name="HarmlessFields">Fields that Hugging Face ignores in this family, beside <see cref="ConfigFields.Harmless"/>.</param>
internal sealed record ModelFamily(
    string ModelType, Func<ModelConfig, DecoderArchitecture> Reader, LayerNames Names, IReadOnlyList<string> Fields,
    IReadOnlyList<string>? HarmlessFields = null)
{
    /// <summary>The architecture that a configuration of this family describes.</summary>
    /// <exception cref="InvalidDataException">A field is missing or out of its range, or the sizes together are those of no model.</exception>
    public DecoderArchitecture Read(ModelConfig config)
    {
        DecoderArchitecture architecture = Reader(config);
        ConfigLimits.Check(config, architecture);
        return architecture;
    }
}
