namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Where a model lies.</summary>
/// <param name="Model">A folder in Hugging Face layout.</param>
/// <param name="Adapter">The folder of a LoRA adapter on it; null for none.</param>
internal sealed record ModelLocation(string Model, string? Adapter)
{
    /// <summary>What the path of a model and that of an adapter mean together.</summary>
    /// <param name="modelPath">A folder in Hugging Face layout or one of an adapter; empty where the adapter says which model it belongs to.</param>
    /// <param name="adapterPath">The folder of an adapter on it; null for none.</param>
    /// <exception cref="DirectoryNotFoundException">The base model that an adapter names is no folder.</exception>
    /// <exception cref="InvalidDataException">A folder holds both a model and an adapter, or an adapter does not say what it belongs to.</exception>
    public static ModelLocation Of(string? modelPath, string? adapterPath)
    {
        if (adapterPath is not null) return new(string.IsNullOrWhiteSpace(modelPath) ? BaseOf(adapterPath) : modelPath, adapterPath);
        return AdapterFolder.IsAdapter(modelPath!) ? new(BaseOf(modelPath!), modelPath) : new(modelPath!, null);
    }

    private static string BaseOf(string adapter)
    {
        const string advice = "Give the folder of its base model as `ModelPath` and the adapter as `AdapterPath`.";
        string full = Path.GetFullPath(adapter);
        string named = AdapterConfig.Load(full).BaseModel
            ?? throw new InvalidDataException($"The adapter '{full}' does not say which model it belongs to. {advice}");
        return AdapterFolder.FindBase(full, named)
            ?? throw new DirectoryNotFoundException($"The adapter '{full}' belongs to the model {Faults.Quote(named)}, which is no folder here. {advice}");
    }
}
