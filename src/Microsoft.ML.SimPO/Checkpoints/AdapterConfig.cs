using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary><c>adapter_config.json</c> of a LoRA adapter as PEFT reads and writes it.</summary>
internal sealed record AdapterConfig
{
    public const string FileName = "adapter_config.json";

    public const string NoneText = "none";

    /// <summary>What <c>task_type</c> says of an adapter, that of a reward model and that of a language model.</summary>
    public const string RewardTask = "SEQ_CLS", LanguageTask = "CAUSAL_LM";

    // Fields that say nothing about what the adapter computes once it is trained.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "auto_mapping", "base_model_name_or_path", "revision", "inference_mode", "peft_version", "task_type", "megatron_core", "qalora_group_size",
        "runtime_config", "loftq_config", "eva_config", "corda_config", "lora_ga_config",
        "fan_in_fan_out", // of layers that are stored transposed; PEFT itself switches it off where, as in all families here, there are none
    };

    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        "peft_type", "r", "lora_alpha", "use_rslora", "lora_dropout", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern",
        "rank_pattern", "alpha_pattern", "modules_to_save", "bias", "init_lora_weights", "use_dora", "trainable_token_indices",
        "target_parameters",
    };

    // Of the ways to begin that have a name, these leave the base weights alone; others (pissa, olora, loftq, corda) add the adapter to weights of their own.
    private static readonly string[] HarmlessInits = ["gaussian", "eva", "orthogonal"];

    /// <summary>The inner size of the low-rank product, at least 1, of layers that <see cref="RankPattern"/> does not name.</summary>
    public required int Rank { get; init; }

    /// <summary>The numerator of the scaling of layers that <see cref="AlphaPattern"/> does not name.</summary>
    public required double Alpha { get; init; }

    /// <summary>Ranks of single layers.</summary>
    public ModuleNumbers RankPattern { get; init; } = ModuleNumbers.None;

    /// <summary>Alphas of single layers.</summary>
    public ModuleNumbers AlphaPattern { get; init; } = ModuleNumbers.None;

    /// <summary>Whether alpha is divided by the square root of the rank rather than by the rank.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>The share of inputs that was dropped in training, 0 to 1; no part of scoring.</summary>
    public double Dropout { get; init; }

    /// <summary>The layers with an adapter.</summary>
    public required AdapterTargets Targets { get; init; }

    /// <summary>
    /// Names, or last parts of names, of parameters with an adapter: of the tensors of all experts, as <c>mlp.experts.gate_up_proj</c>, and of weights; none by
    /// default.
    /// </summary>
    public IReadOnlyList<string> TargetParameters { get; init; } = [];

    /// <summary>Whether modules are called as <see cref="LaterNames"/> has it: adapters with <see cref="TargetParameters"/> are of that time.</summary>
    public bool HasLaterNames { get => field || TargetParameters.Count > 0; init; }

    /// <summary>Names, or last parts of names, of modules that are trained and stored whole, as <c>lm_head</c>.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Whether the length of each row of the sum is learned apart from its direction (DoRA, Liu et al. 2024, arXiv 2402.09353).</summary>
    public bool HasMagnitudes { get; init; }

    /// <summary>Tokens whose rows of the embedding are trained and stored, each once; none by default.</summary>
    public IReadOnlyList<int> TokenIndices { get; init; } = [];

    /// <summary>Which biases of the model are trained and stored whole.</summary>
    public AdapterBias Bias { get; init; }

    /// <summary>Whether it is of a reward model (<c>task_type</c> SEQ_CLS), over the layers of a model that may be a language model.</summary>
    public bool IsOfRewardModel { get; init; }

    /// <summary>The model it belongs to: a folder, absolute or relative, or a name on the hub; may be unknown.</summary>
    public string? BaseModel { get; init; }

    /// <summary>What the adapter calls a module or parameter that is called so in the checkpoint.</summary>
    public string NameOf(string name) => HasLaterNames ? LaterNames.Of(name) : name;

    /// <summary>What the adapter calls the module of a weight or bias.</summary>
    public string ModuleOf(string parameter) => NameOf(AdapterNames.ModuleOf(parameter));

    /// <summary>The inner size of a layer's low-rank product.</summary>
    public int RankOf(string module) => (int)(RankPattern.Find(module) ?? Rank);

    /// <summary>What a layer's product B A is multiplied by before it is added to the weight.</summary>
    public double ScalingOf(string module) => (AlphaPattern.Find(module) ?? Alpha) / (RankStabilized ? Math.Sqrt(RankOf(module)) : RankOf(module));

    /// <summary>Whether it may mean another thing in one layer of the model than in the next.</summary>
    public bool TellsLayersApart => Targets.TellsLayersApart || !RankPattern.IsEmpty || ModulesToSave.Any(m => m.Any(char.IsAsciiDigit));

    /// <inheritdoc cref="AdapterConfigWriter.Write"/>
    public byte[] ToJson() => AdapterConfigWriter.Write(this);

    /// <summary>Reads the configuration of an adapter's folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no adapter_config.json.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no LoRA adapter, or one that computes something this library does not: every such field is named.
    /// </exception>
    public static AdapterConfig Load(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The adapter folder '{folder}' does not exist.");
        return Load(ModelFiles.Read(folder, [FileName]));
    }

    /// <inheritdoc cref="Load(string)"/>
    public static AdapterConfig Load(ModelFiles files)
    {
        ModelConfig json = ModelConfig.Parse(files.Get(FileName), files.PathOf(FileName));
        string beside = Path.Combine(Path.GetDirectoryName(json.Path) ?? "", "adapters.safetensors");
        if (!json.Has("peft_type") && (json.Has("lora_parameters") || json.Has("fine_tune_type") || File.Exists(beside)))
        {
            throw new InvalidDataException($"'{json.Path}' is of an adapter of MLX, whose names and layout are its own and not PEFT's. "
                + "Fuse it into its model with `mlx_lm.fuse`, and use the folder that this writes.");
        }
        if (json.GetString("peft_type") != "LORA") throw json.Wrong("peft_type", "\"LORA\"");
        CheckSupported(json);
        int rank = json.GetInt32("r");
        if (rank < 1) throw json.Wrong("r", "at least 1");
        double dropout = json.GetDouble("lora_dropout", 0);
        if (dropout is < 0 or > 1) throw json.Wrong("lora_dropout", "between 0 and 1");
        IReadOnlyList<string> parameters = json.GetStringList("target_parameters");
        if (parameters.Count > 0 && json.GetBool("use_dora", false)) throw json.Wrong("use_dora", "false where there are `target_parameters`, as PEFT has it");
        return new AdapterConfig
        {
            Rank = rank,
            Alpha = json.GetDouble("lora_alpha"),
            RankStabilized = json.GetBool("use_rslora", false),
            RankPattern =
                ReadNumbers(json, "rank_pattern", v => v >= 1 && v == Math.Truncate(v) && v <= int.MaxValue, "a whole number of at least 1 for each name"),
            AlphaPattern = ReadNumbers(json, "alpha_pattern", _ => true, "a number for each name"),
            Dropout = dropout,
            Targets = ReadTargets(json, canBeNone: parameters.Count > 0),
            TargetParameters = parameters,
            ModulesToSave = json.GetStringList("modules_to_save"),
            HasMagnitudes = json.GetBool("use_dora", false),
            TokenIndices = ReadTokens(json),
            Bias = json.GetStringOrNull("bias") switch { "all" => AdapterBias.All, "lora_only" => AdapterBias.Adapted, _ => AdapterBias.None },
            IsOfRewardModel = json.Find("task_type") is { ValueKind: JsonValueKind.String } task && task.ValueEquals(RewardTask),
            BaseModel = json.GetStringOrNull("base_model_name_or_path"),
        };
    }

    private static void CheckSupported(ModelConfig json)
    {
        var faults = new Faults($"'{json.Path}'");
        foreach (string field in json.FieldNames)
        {
            JsonElement value = json.Find(field)!.Value;
            bool off = field switch
            {
                "bias" => value.ValueKind == JsonValueKind.String && value.GetString() is NoneText or "all" or "lora_only",
                "init_lora_weights" => value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    || (value.ValueKind == JsonValueKind.String && HarmlessInits.Contains(value.GetString())),
                _ => Read.Contains(field) || Harmless.Contains(field) || IsEmpty(value),
            };
            if (!off)
                faults.Add($"field {Faults.Quote(field)} is set to {ModelConfig.Describe(value)}, which this library does not compute. "
                    + "Merge the adapter into its model with PEFT (`merge_and_unload`), and use that.");
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

    /// <summary>A list, or an object with one for the embedding.</summary>
    private static IReadOnlyList<int> ReadTokens(ModelConfig json)
    {
        const string field = "trainable_token_indices", embedding = "embed_tokens";
        bool isByModule = json.Find(field) is { ValueKind: JsonValueKind.Object };
        if (isByModule && json.Get(field).FieldNames.Any(name => name != embedding))
            throw json.Wrong(field, $"a list of tokens, or an object with one for {embedding}");
        IReadOnlyList<int> ids = isByModule ? json.Get(field).GetInt32List(embedding) : json.GetInt32List(field);
        return ids.All(id => id >= 0) && ids.Distinct().Count() == ids.Count ? ids : throw json.Wrong(field, "a list of tokens, each once");
    }

    private static AdapterTargets ReadTargets(ModelConfig json, bool canBeNone)
    {
        const string field = "target_modules", expected = "a list of names, a pattern, or \"all-linear\"";
        IReadOnlyList<string> names = json.GetStringList(field);
        if (names.Count == 0) return canBeNone ? AdapterTargets.ByName([]) : throw json.Wrong(field, expected);
        bool isText = json.Find(field)!.Value.ValueKind != JsonValueKind.Array;
        AdapterTargets targets = isText ? Pattern(json, field, () => AdapterTargets.Parse(names[0])) : AdapterTargets.ByName(names);
        targets = ReadLayers(json, targets, isText);
        IReadOnlyList<string> excluded = json.GetStringList("exclude_modules");
        if (excluded.Count == 0) return targets;
        return json.Find("exclude_modules")!.Value.ValueKind == JsonValueKind.Array
            ? targets.Except(excluded)
            : Pattern(json, "exclude_modules", () => targets.ExceptPattern(excluded[0]));
    }

    private static AdapterTargets ReadLayers(ModelConfig json, AdapterTargets targets, bool isText)
    {
        const string field = "layers_to_transform";
        IReadOnlyList<int> layers = json.GetInt32List(field);
        if (layers.Count == 0) return targets;
        if (isText) throw json.Wrong(field, "absent where `target_modules` is a text, as PEFT has it");
        return targets.InLayers(layers, json.GetStringList("layers_pattern"));
    }

    private static ModuleNumbers ReadNumbers(ModelConfig json, string field, Func<double, bool> isRight, string expected)
    {
        if (json.GetOrNull(field) is not { } numbers) return ModuleNumbers.None;
        Dictionary<string, double> entries = numbers.FieldNames.ToDictionary(name => name, name => numbers.GetDouble(name), StringComparer.Ordinal);
        if (!entries.Values.All(isRight)) throw json.Wrong(field, expected);
        return Pattern(json, field, () => ModuleNumbers.Of(entries));
    }

    private static T Pattern<T>(ModelConfig json, string field, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (ArgumentException)
        {
            throw json.Wrong(field, field.EndsWith("_pattern", StringComparison.Ordinal)
                ? "regular expressions with a number each" : "a regular expression when it is a text");
        }
    }
}
