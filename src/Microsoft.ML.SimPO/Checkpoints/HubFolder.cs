namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What the configurations of a model in Hugging Face layout say together.</summary>
internal sealed class HubFolder
{
    public const string GenerationConfigName = "generation_config.json";

    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    /// <exception cref="InvalidDataException">A file is not a JSON object.</exception>
    public HubFolder(ModelFiles files)
    {
        Config = ModelConfig.Load(files);
        if (files.Find(GenerationConfigName) is { } generation) Generation = ModelConfig.Parse(generation, files.PathOf(GenerationConfigName));
    }

    /// <summary><c>config.json</c>.</summary>
    public ModelConfig Config { get; }

    /// <summary><c>generation_config.json</c>, where there is one.</summary>
    public ModelConfig? Generation { get; }

    /// <summary>The ids that end an answer: of generation_config.json, or else of config.json or of its text part; empty if neither has any.</summary>
    public IReadOnlyList<int> EosTokenIds => (Generation?.Has(EosField) == true ? Generation
        : Config.Has(EosField) ? Config : Config.GetOrNull("text_config") ?? Config).GetInt32List(EosField);

    private static string EosField => "eos_token_id";
}
