namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A model folder in Hugging Face layout: its configuration, read at once, and its weights, opened when asked for.</summary>
internal sealed class HubFolder
{
    public const string GenerationConfigName = "generation_config.json";

    private HubFolder(string path, ModelConfig config, ModelConfig? generation) => (Path, Config, Generation) = (path, config, generation);

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary><c>config.json</c>.</summary>
    public ModelConfig Config { get; }

    /// <summary><c>generation_config.json</c>, where there is one.</summary>
    public ModelConfig? Generation { get; }

    /// <summary>The ids that end an answer: of generation_config.json, or else of config.json; empty if neither has any.</summary>
    public IReadOnlyList<int> EosTokenIds => (Generation?.Has(EosField) == true ? Generation : Config).GetInt32List(EosField);

    private static string EosField => "eos_token_id";

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no config.json.</exception>
    /// <exception cref="InvalidDataException">A file is not a JSON object.</exception>
    public static HubFolder Open(string folder)
    {
        ModelConfig config = ModelConfig.Load(folder);
        string path = System.IO.Path.GetDirectoryName(config.Path)!;
        string generation = System.IO.Path.Combine(path, GenerationConfigName);
        return new HubFolder(path, config, File.Exists(generation) ? ModelConfig.LoadFile(generation) : null);
    }

    /// <inheritdoc cref="CheckpointReader.Open"/>
    public CheckpointReader OpenWeights() => CheckpointReader.Open(Path);
}
