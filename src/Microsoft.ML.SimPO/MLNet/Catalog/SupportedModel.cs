namespace Microsoft.ML.SimPO;

/// <summary>A family of models that can be tuned.</summary>
public sealed class SupportedModel
{
    internal SupportedModel(string modelType, string name, string layers) => (ModelType, Name, Layers) = (modelType, name, layers);

    /// <summary>What <c>model_type</c> in <c>config.json</c> says, such as <c>qwen3_moe</c>.</summary>
    public string ModelType { get; }

    /// <summary>What people call the family, such as <c>Qwen 3 MoE</c>.</summary>
    public string Name { get; }

    /// <summary>What its layers are made of, such as <c>attention, experts</c>.</summary>
    public string Layers { get; }

    /// <summary>The name, with the <c>model_type</c>.</summary>
    public override string ToString() => $"{Name} ({ModelType}): {Layers}";
}
