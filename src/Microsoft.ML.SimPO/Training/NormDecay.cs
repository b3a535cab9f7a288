namespace Microsoft.ML.SimPO.Training;

/// <summary>Which families' norms transformers 4.44.2 spares from weight decay: it knows norms by class, and these are the registered ones.</summary>
internal static class NormDecay
{
    /// <summary>Families with nn.LayerNorm, LlamaRMSNorm or GemmaRMSNorm; every other family has a class of its own, which is decayed.</summary>
    private static readonly string[] Spared = ["llama", "gemma"];

    /// <param name="modelType"><c>model_type</c> of the configuration.</param>
    /// <param name="compatibility">Only the SimPO reference decays by class; TRL 0.24 goes by name, as we do.</param>
    public static bool Applies(string modelType, Compatibility compatibility) =>
        compatibility == Compatibility.SimPOReference && !Spared.Contains(modelType, StringComparer.Ordinal);
}
