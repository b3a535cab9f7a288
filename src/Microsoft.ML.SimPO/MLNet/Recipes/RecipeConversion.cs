using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>Turns the settings of TRL and LLaMA-Factory into those of the SimPO repository, and says how.</summary>
internal sealed class RecipeConversion
{
    /// <summary>Names that mean what another name means in the SimPO repository.</summary>
    private static readonly Dictionary<string, string> TrlNames = new(StringComparer.Ordinal)
    {
        ["cpo_alpha"] = "sft_weight", ["dtype"] = "torch_dtype",
    };

    private static readonly Dictionary<string, string> LlamaFactoryNames = new(StringComparer.Ordinal)
    {
        ["pref_beta"] = "beta", ["pref_ftx"] = "sft_weight", ["cutoff_len"] = "max_length", ["lora_rank"] = "lora_r", ["lora_target"] = "lora_target_modules",
        ["val_size"] = "validation_fraction", ["additional_target"] = "lora_modules_to_save",
    };

    /// <summary>What a recipe of these that says nothing means, where that is another value than in the SimPO repository.</summary>
    private static readonly Dictionary<string, string> TrlDefaults = new(StringComparer.Ordinal)
    {
        ["beta"] = "0.1", ["simpo_gamma"] = "0.5", ["sft_weight"] = "1.0", ["learning_rate"] = "1e-6", ["max_length"] = "1024", ["max_prompt_length"] = "512",
        ["gradient_checkpointing"] = "true",
    };

    private static readonly Dictionary<string, string> LlamaFactoryDefaults = new(StringComparer.Ordinal)
    {
        ["beta"] = "0.1", ["simpo_gamma"] = "0.5", ["sft_weight"] = "0.0", ["max_length"] = "2048", ["lora_r"] = "8", ["use_peft"] = "true",
        ["gradient_checkpointing"] = "true",
    };

    /// <summary>LLaMA-Factory's own settings that change nothing here.</summary>
    private static readonly string[] LlamaFactoryHarmless =
        ["do_train", "dataset_dir", "overwrite_cache", "plot_loss", "template", "flash_attn", "preprocessing_batch_size", "packing",
            "include_effective_tokens_per_second"];

    private RecipeConversion(RecipeDialect dialect) => Dialect = dialect;

    public RecipeDialect Dialect { get; }

    /// <summary>The settings under the names of the SimPO repository.</summary>
    public List<(string Key, RecipeValue Value)> Fields { get; } = [];

    /// <summary>What a setting was converted from, by its new name.</summary>
    public Dictionary<string, string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>Settings that were looked at and change nothing, with the reason.</summary>
    public List<(string Key, RecipeValue Value, string Why)> Harmless { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>Defaults other than those of the SimPO repository.</summary>
    public IReadOnlyDictionary<string, string> Defaults => Dialect switch
    {
        RecipeDialect.Trl => TrlDefaults,
        RecipeDialect.LlamaFactory => LlamaFactoryDefaults,
        _ => new Dictionary<string, string>(),
    };

    public static RecipeConversion Of(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        var conversion = new RecipeConversion(DialectOf(fields));
        foreach ((string key, RecipeValue value) in fields) conversion.Take(key, value);
        if (conversion.Dialect != RecipeDialect.SimPOReference) conversion.ConvertGamma(fields);
        return conversion;
    }

    private static RecipeDialect DialectOf(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        bool Has(string key) => fields.Any(f => f.Key == key);
        string? Text(string key) => fields.FirstOrDefault(f => f.Key == key).Value is { } value ? (value.Items is [var only] ? only : value).Text : null;
        if (Has("stage") || Has("pref_loss") || Has("pref_beta") || Has("finetuning_type")) return RecipeDialect.LlamaFactory;
        return Has("simpo_gamma") || Has("cpo_alpha") || Text("loss_type") == "simpo" ? RecipeDialect.Trl : RecipeDialect.SimPOReference;
    }

    private void Take(string key, RecipeValue value)
    {
        switch (Dialect, key)
        {
            case (not RecipeDialect.SimPOReference, "simpo_gamma"): // converted with beta
                break;
            case (RecipeDialect.Trl, "loss_type"):
                TakeLoss(key, value.Items is [var only] ? only : value);
                break;
            case (RecipeDialect.Trl, "loss_weights"):
                if (value.Items is { Count: not 1 } weights) Faults.Add($"{value.Place}`loss_weights` has {weights.Count} weights, but SimPO is one loss.");
                break;
            case (RecipeDialect.Trl, "dataset_name"):
                Add(key, "dataset_mixer", AllOf([value.Text], value.Line));
                break;
            case (RecipeDialect.Trl, "dataset_train_split" or "dataset_test_split"):
                TakeSplit(key, value);
                break;
            case (RecipeDialect.LlamaFactory, "pref_loss"):
                TakeLoss(key, value);
                break;
            case (RecipeDialect.LlamaFactory, "stage"):
                if (value.Text == "dpo") break;
                Faults.Add($"{value.Place}`stage: {value.Text}` is no preference training. SimPO is `stage: dpo` with `pref_loss: simpo`.");
                break;
            case (RecipeDialect.LlamaFactory, "finetuning_type"):
                if (value.Text is "full" or "lora") Add(key, "use_peft", RecipeValue.Scalar(value.Text == "lora" ? "true" : "false", value.Line));
                else Faults.Add($"{value.Place}`finetuning_type: {value.Text}` is refused: use full or lora.");
                break;
            case (RecipeDialect.LlamaFactory, "dataset"):
                Add(key, "dataset_mixer", AllOf(value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), value.Line));
                break;
            case (RecipeDialect.LlamaFactory, "lora_target") when value.Text == "all":
                Add(key, "lora_target_modules", RecipeValue.Scalar("all-linear", value.Line));
                break;
            case (RecipeDialect.LlamaFactory, _) when LlamaFactoryHarmless.Contains(key):
                Harmless.Add((key, value, "it changes no result here"));
                break;
            default:
                Dictionary<string, string> names = Dialect switch { RecipeDialect.Trl => TrlNames, RecipeDialect.LlamaFactory => LlamaFactoryNames, _ => [] };
                if (names.TryGetValue(key, out string? name)) Add(key, name, value);
                else Fields.Add((key, value));
                break;
        }
    }

    /// <summary>A mixture of all rows of each data set.</summary>
    private static RecipeValue AllOf(IEnumerable<string> names, int line) => RecipeValue.Map([.. names.Select(n => (n, RecipeValue.Scalar("1.0")))], line);

    private void TakeLoss(string key, RecipeValue value)
    {
        if (value.Text == "simpo") Add(key, "loss_type", RecipeValue.Scalar("sigmoid", value.Line));
        else Faults.Add($"{value.Place}`{key}: {value.Text}` is another method's. SimPO is `{key}: simpo`.");
    }

    /// <summary>One split after the other: they are one list here.</summary>
    private void TakeSplit(string key, RecipeValue value)
    {
        int at = Fields.FindIndex(f => f.Key == "dataset_splits");
        IReadOnlyList<RecipeValue> before = at < 0 ? [] : Fields[at].Value.Items!;
        if (at >= 0) Fields.RemoveAt(at);
        Add(key, "dataset_splits", RecipeValue.List([.. before, value], value.Line));
    }

    private void Add(string from, string to, RecipeValue value)
    {
        Fields.Add((to, value));
        Notes[to] = $"`{from}`";
    }

    /// <summary>gamma stands there, the ratio here.</summary>
    private void ConvertGamma(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        RecipeValue? said = fields.FirstOrDefault(f => f.Key == "simpo_gamma").Value;
        RecipeValue gamma = said ?? RecipeValue.Scalar(Defaults["simpo_gamma"]);
        RecipeValue beta = Fields.FirstOrDefault(f => f.Key == "beta").Value ?? RecipeValue.Scalar(Defaults["beta"]);
        if (gamma.Number is not { } g) Faults.Add($"{gamma.Place}`simpo_gamma` must be a number, but was '{gamma.Text}'.");
        else if (beta.Number is > 0 and { } b)
        {
            Fields.Add(("gamma_beta_ratio", RecipeValue.Scalar(((float)(g / b)).ToString("R", CultureInfo.InvariantCulture), gamma.Line)));
            Notes["gamma_beta_ratio"] = $"`simpo_gamma` {gamma.Text}{(said is null ? ", its default there," : "")} over beta {beta.Text}";
        }
    }
}
