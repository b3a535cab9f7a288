using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary><c>adapter_config.json</c> of a LoRA adapter as PEFT reads and writes it.</summary>
internal sealed class AdapterConfig
{
    public const string FileName = "adapter_config.json";

    private const string NoneText = "none";

    // Fields that say nothing about what the adapter computes once it is trained.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "auto_mapping", "base_model_name_or_path", "revision", "inference_mode", "peft_version", "task_type", "megatron_core", "qalora_group_size",
        "runtime_config", "loftq_config", "eva_config", "corda_config", "lora_ga_config", "layers_pattern",
    };

    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        "peft_type", "r", "lora_alpha", "use_rslora", "lora_dropout", "target_modules", "modules_to_save", "bias", "init_lora_weights",
    };

    // Of the ways to begin that have a name, these leave the base weights alone; others (pissa, olora, loftq, corda) add the adapter to weights of their own.
    private static readonly string[] HarmlessInits = ["gaussian", "eva", "orthogonal"];

    /// <summary>The inner size of the low-rank product, at least 1.</summary>
    public required int Rank { get; init; }

    /// <summary>The numerator of <see cref="Scaling"/>.</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether alpha is divided by the square root of the rank rather than by the rank.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>The share of inputs that was dropped in training, 0 to 1; no part of scoring.</summary>
    public double Dropout { get; init; }

    /// <summary>The layers with an adapter.</summary>
    public required AdapterTargets Targets { get; init; }

    /// <summary>Names, or last parts of names, of modules that are trained and stored whole, as <c>lm_head</c>.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>The model it belongs to: a folder, absolute or relative, or a name on the hub; may be unknown.</summary>
    public string? BaseModel { get; init; }

    /// <summary>What the product B A is multiplied by before it is added to a weight.</summary>
    public double Scaling => Alpha / (RankStabilized ? Math.Sqrt(Rank) : Rank);

    /// <summary>Reads the configuration of an adapter's folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no adapter_config.json.</exception>
    /// <exception cref="InvalidDataException">It is no LoRA adapter, or one that computes something this library does not: every such field is named.</exception>
    public static AdapterConfig Load(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The adapter folder '{folder}' does not exist.");
        ModelConfig json = ModelConfig.LoadFile(Path.Combine(folder, FileName));
        if (json.GetString("peft_type") != "LORA") throw json.Wrong("peft_type", "\"LORA\"");
        CheckSupported(json);
        int rank = json.GetInt32("r");
        if (rank < 1) throw json.Wrong("r", "at least 1");
        double dropout = json.GetDouble("lora_dropout", 0);
        if (dropout is < 0 or > 1) throw json.Wrong("lora_dropout", "between 0 and 1");
        return new AdapterConfig
        {
            Rank = rank,
            Alpha = json.GetDouble("lora_alpha"),
            RankStabilized = json.GetBool("use_rslora", false),
            Dropout = dropout,
            Targets = ReadTargets(json),
            ModulesToSave = json.GetStringList("modules_to_save"),
            BaseModel = json.GetStringOrNull("base_model_name_or_path"),
        };
    }

    /// <summary>The text of adapter_config.json with all fields that PEFT needs; what this library does not do is switched off in it.</summary>
    public byte[] ToJson()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteText(json, "base_model_name_or_path", BaseModel);
            json.WriteString("bias", NoneText);
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNumber("lora_alpha", Alpha);
            json.WriteNumber("lora_dropout", Dropout);
            WriteList(json, "modules_to_save", ModulesToSave);
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", Rank);
            WriteTargets(json);
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("use_rslora", RankStabilized);
            json.WriteEndObject();
        }
        return memory.ToArray();
    }

    private static void CheckSupported(ModelConfig json)
    {
        var faults = new Faults($"'{json.Path}'");
        foreach (string field in json.FieldNames)
        {
            JsonElement value = json.Find(field)!.Value;
            bool off = field switch
            {
                "bias" => value.ValueKind == JsonValueKind.String && value.ValueEquals(NoneText),
                "init_lora_weights" => value.ValueKind is JsonValueKind.True or JsonValueKind.False || (value.ValueKind == JsonValueKind.String && HarmlessInits.Contains(value.GetString())),
                _ => Read.Contains(field) || Harmless.Contains(field) || IsEmpty(value),
            };
            if (!off) faults.Add($"field {Faults.Quote(field)} is set to {ModelConfig.Describe(value)}, which this library does not compute.");
        }
        faults.ThrowIfAny();
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };

    private static AdapterTargets ReadTargets(ModelConfig json)
    {
        IReadOnlyList<string> names = json.GetStringList("target_modules");
        if (names.Count == 0) throw json.Wrong("target_modules", "a list of names, a pattern, or \"all-linear\"");
        if (json.Find("target_modules")!.Value.ValueKind == JsonValueKind.Array) return AdapterTargets.ByName(names);
        try
        {
            return AdapterTargets.Parse(names[0]);
        }
        catch (ArgumentException)
        {
            throw json.Wrong("target_modules", "a regular expression when it is a text");
        }
    }

    private void WriteTargets(Utf8JsonWriter json)
    {
        if (Targets.IsText) json.WriteString("target_modules", Targets.Names[0]);
        else WriteList(json, "target_modules", Targets.Names);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null) json.WriteNull(name);
        else json.WriteString(name, text);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
