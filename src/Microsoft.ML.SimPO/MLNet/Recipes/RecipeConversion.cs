using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>Turns the settings of TRL and LLaMA-Factory into those of the SimPO repository, and says how.</summary>
internal sealed class RecipeConversion
{
    /// <summary>What TRL's <c>lora_task_type</c> says of an adapter of a reward model.</summary>
    private const string RewardTask = "SEQ_CLS";

    /// <summary>Names that mean what another name means in the SimPO repository.</summary>
    private static readonly Dictionary<string, string> TrlNames = new(StringComparer.Ordinal)
    {
        ["cpo_alpha"] = "sft_weight", ["dtype"] = "torch_dtype", ["max_seq_length"] = "max_length", ["chat_template_path"] = "chat_template",
    };

    /// <summary>What LLaMA-Factory's <c>stage</c> may be, each with its method; of <c>dpo</c> its <c>pref_loss</c> says it.</summary>
    private static readonly Dictionary<string, string?> Stages = new(StringComparer.Ordinal)
    {
        ["dpo"] = null, ["kto"] = RecipeMethods.Kto, ["sft"] = RecipeMethods.Sft, ["rm"] = RecipeMethods.Reward,
    };

    /// <summary>Values of TRL that have other names here.</summary>
    private static readonly Dictionary<(string Key, string Value), string> TrlValues = new()
    {
        [("f_divergence_type", "js_divergence")] = "jensen_shannon", [("f_divergence_type", "alpha_divergence")] = "alpha",
        [("loss_type", "chunked_nll")] = "nll", [("loss_type", "aot_pair")] = "aot",
    };

    /// <summary>Losses of LLaMA-Factory's <c>pref_loss</c> beside SimPO's, with their methods.</summary>
    private static readonly Dictionary<string, string> PairLosses = new(StringComparer.Ordinal)
    {
        ["sigmoid"] = RecipeMethods.Dpo, ["hinge"] = RecipeMethods.Dpo, ["ipo"] = RecipeMethods.Dpo, ["orpo"] = RecipeMethods.Orpo,
        [RecipeMethods.SimPO] = RecipeMethods.SimPO,
    };

    private static readonly Dictionary<string, string> LlamaFactoryNames = new(StringComparer.Ordinal)
    {
        ["pref_beta"] = "beta", ["pref_ftx"] = "sft_weight", ["cutoff_len"] = "max_length", ["lora_rank"] = "lora_r", ["lora_target"] = "lora_target_modules",
        ["val_size"] = "validation_fraction", ["additional_target"] = "lora_modules_to_save", ["moe_aux_loss_coef"] = "router_aux_loss_coef",
        ["kto_chosen_weight"] = "desirable_weight", ["kto_rejected_weight"] = "undesirable_weight", ["dpo_label_smoothing"] = "label_smoothing",
        ["ref_model"] = "ref_model_name_or_path",
    };

    /// <summary>What a recipe of these that says nothing means, where that is another value than in the SimPO repository.</summary>
    private static readonly Dictionary<string, string> TrlDefaults = new(StringComparer.Ordinal)
    {
        ["beta"] = "0.1", ["simpo_gamma"] = "0.5", ["sft_weight"] = "1.0", ["learning_rate"] = "1e-6", ["max_length"] = "1024", ["max_prompt_length"] = "512",
        ["gradient_checkpointing"] = "true",
    };

    /// <summary>Where TRL's trainers of a method have other defaults than those of the others.</summary>
    private static readonly Dictionary<string, string> TrlRates = new(StringComparer.Ordinal) { [RecipeMethods.Sft] = "2e-5", [RecipeMethods.Reward] = "1e-4" };

    private static readonly Dictionary<string, string> SftDefaults = new(StringComparer.Ordinal)
    {
        ["max_length"] = "1024", ["packing"] = "true", ["scored_tokens"] = "all",
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

    private readonly IReadOnlyList<(string Key, RecipeValue Value)> _said;

    private RecipeConversion(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        (_said, Dialect) = (fields, DialectOf(fields));
        Method = MethodOf(fields, Dialect);
        Defaults = DefaultsOf(Dialect, Method);
    }

    public RecipeDialect Dialect { get; }

    /// <summary>Which method the recipe is for.</summary>
    public string Method { get; }

    private bool IsSimPO => Method == RecipeMethods.SimPO;

    /// <summary>The settings under the names of the SimPO repository.</summary>
    public List<(string Key, RecipeValue Value)> Fields { get; } = [];

    /// <summary>What a setting was converted from, by its new name.</summary>
    public Dictionary<string, string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>Settings that were looked at and change nothing, with the reason.</summary>
    public List<(string Key, RecipeValue Value, string Why)> Harmless { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>Defaults other than those of the SimPO repository.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; }

    public static RecipeConversion Of(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        var conversion = new RecipeConversion(fields);
        foreach ((string key, RecipeValue value) in fields) conversion.Take(key, value);
        if (conversion.IsSimPO && conversion.Dialect != RecipeDialect.SimPOReference) conversion.ConvertGamma(fields);
        if (conversion.Method == RecipeMethods.Dpo) conversion.ConvertMix(fields);
        return conversion;
    }

    private static Dictionary<string, string> DefaultsOf(RecipeDialect dialect, string method)
    {
        IReadOnlyDictionary<string, string> usual = dialect switch
        {
            RecipeDialect.Trl => TrlDefaults,
            RecipeDialect.LlamaFactory => LlamaFactoryDefaults,
            _ => method == RecipeMethods.Sft ? SftDefaults : new Dictionary<string, string>(),
        };
        var defaults = new Dictionary<string, string>(usual, StringComparer.Ordinal);
        if (dialect == RecipeDialect.Trl && TrlRates.TryGetValue(method, out string? rate)) defaults["learning_rate"] = rate;
        if (method is RecipeMethods.Sft or RecipeMethods.Reward) defaults["beta"] = "1"; // their losses have none
        return defaults;
    }

    private static string MethodOf(IReadOnlyList<(string Key, RecipeValue Value)> fields, RecipeDialect dialect)
    {
        RecipeValue? Value(string key) => fields.FirstOrDefault(f => f.Key == key).Value;
        string[] Texts(string key) => Value(key) is not { IsNull: false } value ? [] : value.Items is { } items ? [.. items.Select(i => i.Text)] : [value.Text];
        if (Value("method") is { IsNull: false, Text: var said } && RecipeMethods.Of(said) is not null) return said;
        if (dialect != RecipeDialect.LlamaFactory)
        {
            return Value("lora_task_type")?.Text == RewardTask
                ? RecipeMethods.Reward : RecipeMethods.Guess(Texts("loss_type"), Texts("dataset_splits"), key => Value(key) is not null);
        }
        if (Value("stage") is { } stage && Stages.GetValueOrDefault(stage.Text) is { } method) return method;
        string loss = Value("pref_loss")?.Text ?? (Value("simpo_gamma") is null ? "sigmoid" : RecipeMethods.SimPO);
        return PairLosses.GetValueOrDefault(loss, RecipeMethods.SimPO);
    }

    private static RecipeDialect DialectOf(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        bool Has(string key) => fields.Any(f => f.Key == key);
        string? Text(string key) => fields.FirstOrDefault(f => f.Key == key).Value is { } value ? (value.Items is [var only] ? only : value).Text : null;
        if (Has("stage") || Has("pref_loss") || Has("pref_beta") || Has("finetuning_type")) return RecipeDialect.LlamaFactory;
        return Has("simpo_gamma") || Has("cpo_alpha") || Has("dataset_name") || Text("loss_type") == "simpo" ? RecipeDialect.Trl : RecipeDialect.SimPOReference;
    }

    private void Take(string key, RecipeValue value)
    {
        switch (Dialect, key)
        {
            case (not RecipeDialect.SimPOReference, "simpo_gamma"): // converted with beta
                break;
            case (RecipeDialect.Trl, "cpo_alpha") when Method == RecipeMethods.Cpo:
                Add(key, "nll_weight", value);
                break;
            case (_, "loss_type" or "loss_weights" or "rpo_alpha") when Method == RecipeMethods.Dpo: // converted together
                break;
            case (_, "loss_type") when !IsSimPO && value.Items is [{ } single]:
                Fields.Add((key, single));
                break;
            case (_, "max_seq_length") when Method == RecipeMethods.Sft:
                Add(key, "max_length", value);
                break;
            case (_, "precompute_ref_log_probs" or "use_logits_to_keep" or "padding_free" or "reference_free") when !IsSimPO && value.Boolean != null:
                if (key == "reference_free" && value.Boolean == true) Faults.Add($"{value.Place}`reference_free: true` is refused: use `method: cpo`.");
                Harmless.Add((key, value, "it changes no result here"));
                break;
            case (RecipeDialect.Trl, "loss_type") when IsSimPO:
                TakeLoss(key, value.Items is [var only] ? only : value);
                break;
            case (RecipeDialect.Trl, "loss_weights") when IsSimPO:
                if (value.Items is { Count: not 1 } weights) Faults.Add($"{value.Place}`loss_weights` has {weights.Count} weights, but SimPO is one loss.");
                break;
            case (RecipeDialect.Trl, "dataset_name"):
                Add(key, "dataset_mixer", AllOf([value.Text], value.Line));
                break;
            case (RecipeDialect.Trl, "dataset_train_split" or "dataset_test_split"):
                TakeSplit(key, value);
                break;
            case (RecipeDialect.LlamaFactory, "pref_loss"):
                TakePairLoss(value);
                break;
            case (RecipeDialect.LlamaFactory, "stage"):
                if (!Stages.ContainsKey(value.Text)) Faults.Add($"{value.Place}`stage: {value.Text}` is refused: use dpo, kto, sft or rm.");
                break;
            case (_, "sync_ref_model") when Method == RecipeMethods.Dpo:
                TakeSync(value);
                break;
            case (_, "ref_model_sync_steps") when Method == RecipeMethods.Dpo && Said("sync_ref_model")?.Boolean == false:
                Harmless.Add((key, value, "`sync_ref_model` is false"));
                break;
            case (_, "f_divergence_type" or "loss_type") when TrlValues.TryGetValue((key, value.Text), out string? ours):
                Add($"{key}: {value.Text}", key, RecipeValue.Scalar(ours, value.Line));
                break;
            case (RecipeDialect.LlamaFactory, "finetuning_type"):
                if (value.Text is "full" or "lora") Add(key, "use_peft", RecipeValue.Scalar(value.Text == "lora" ? "true" : "false", value.Line));
                else Faults.Add($"{value.Place}`finetuning_type: {value.Text}` is refused: use full or lora.");
                break;
            case (RecipeDialect.LlamaFactory, "dataset"):
                Add(key, "dataset_mixer", AllOf(Listed(value).Select(name => name.Text), value.Line));
                break;
            case (RecipeDialect.LlamaFactory, "eval_dataset"):
                Add(key, key, RecipeValue.List([.. Listed(value)], value.Line));
                break;
            case (RecipeDialect.LlamaFactory, "lora_target") when value.Text == "all":
                Add(key, "lora_target_modules", RecipeValue.Scalar("all-linear", value.Line));
                break;
            case (RecipeDialect.LlamaFactory, "packing") when Method == RecipeMethods.Sft:
                Fields.Add((key, value));
                break;
            case (RecipeDialect.LlamaFactory, "pref_ftx") when Method == RecipeMethods.Dpo: // with the loss
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

    /// <summary>Names in a list, or in a text between commas.</summary>
    private static IEnumerable<RecipeValue> Listed(RecipeValue value) => value.Items
        ?? value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => RecipeValue.Scalar(name, value.Line));

    /// <summary>A mixture of all rows of each data set.</summary>
    private static RecipeValue AllOf(IEnumerable<string> names, int line) => RecipeValue.Map([.. names.Select(n => (n, RecipeValue.Scalar("1.0")))], line);

    private void TakePairLoss(RecipeValue value)
    {
        if (Method is RecipeMethods.Sft or RecipeMethods.Reward)
        {
            string stage = Method == RecipeMethods.Sft ? "sft" : "rm";
            Faults.Add($"{value.Place}`pref_loss` is nothing to `stage: {stage}`. Leave it out, or use `stage: dpo`.");
        }
        else if (!PairLosses.ContainsKey(value.Text))
            Faults.Add($"{value.Place}`pref_loss: {value.Text}` is refused: use sigmoid, hinge, ipo, orpo or simpo.");
        else if (IsSimPO) TakeLoss("pref_loss", value);
        else Harmless.Add(("pref_loss", value, "it says which method is meant"));
    }

    /// <summary>One loss, or several with their weights; a cross entropy of the chosen answers beside it is one of them.</summary>
    private void ConvertMix(IReadOnlyList<(string Key, RecipeValue Value)> fields)
    {
        RecipeValue? Value(string key) => fields.FirstOrDefault(f => f.Key == key).Value is { IsNull: false } value ? value : null;
        RecipeValue said = Value(Dialect == RecipeDialect.LlamaFactory ? "pref_loss" : "loss_type") ?? RecipeValue.Scalar("sigmoid");
        RecipeValue[] losses = [.. (said.Items ?? [said]).Select(
            l => TrlValues.TryGetValue(("loss_type", l.Text), out string? ours) ? RecipeValue.Scalar(ours, l.Line) : l)];
        RecipeValue? anchor = Value("rpo_alpha") ?? Value("pref_ftx") switch { { Number: > 0 } ftx => ftx, _ => null };
        if (Value("loss_weights") is { Fields: not null } map) Fields.Add(("loss_weights", map));
        else if (losses is [var only] && anchor is null) Fields.Add(("loss_type", only));
        else
        {
            IReadOnlyList<RecipeValue> weights = Value("loss_weights")?.Items ?? [.. losses.Select(_ => RecipeValue.Scalar("1.0"))];
            if (weights.Count != losses.Length)
                Faults.Add($"{said.Place}there are {losses.Length} losses in `loss_type` and {weights.Count} weights in `loss_weights`.");
            List<(string, RecipeValue)> terms = [.. losses.Zip(weights, (l, w) => (l.Text, w))];
            if (anchor is not null) terms.Add(("sft", anchor));
            Add(said.Line != 0 ? "loss_type` with `loss_weights" : "rpo_alpha", "loss_weights", RecipeValue.Map(terms, Math.Max(said.Line, anchor?.Line ?? 0)));
        }
    }

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

    private RecipeValue? Said(string key) => _said.FirstOrDefault(f => f.Key == key).Value;

    /// <summary>TRL has the steps of a moving reference beside a switch for it, and 512 of them where only that is said.</summary>
    private void TakeSync(RecipeValue value)
    {
        bool moves = value.Boolean == true;
        if (moves && Said("ref_model_sync_steps") is null) Add("sync_ref_model", "ref_model_sync_steps", RecipeValue.Scalar("512", value.Line));
        else if (value.Boolean is not null) Harmless.Add(("sync_ref_model", value, moves ? "`ref_model_sync_steps` says it" : "the reference stays anyway"));
        else Faults.Add($"{value.Place}`sync_ref_model` must be true or false, but was '{value.Text}'.");
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
