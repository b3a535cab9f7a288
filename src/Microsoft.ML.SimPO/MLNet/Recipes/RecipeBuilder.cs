using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>Makes options and data sets of a recipe's settings.</summary>
internal sealed class RecipeBuilder(RecipeReader recipe, RecipeOptions how, RecipeNames names)
{
    /// <summary>The share of the pairs that is held out where a recipe says nothing of test data.</summary>
    private const double HeldOut = 0.05;

    /// <summary>Keys whose meaning is more than the value of the option of that name.</summary>
    private static readonly HashSet<string> Composed = new(StringComparer.Ordinal)
    {
        "model_name_or_path", "use_peft", "gradient_accumulation_steps", "per_device_train_batch_size", "per_device_eval_batch_size", "warmup_steps",
        "eval_steps", "save_steps", "save_total_limit", "resume_from_checkpoint", "compatibility", "chat_template", "early_stopping_patience",
        "max_prompt_length", "max_steps", "loss_weights", "ref_model_name_or_path", "scored_tokens", "metric_for_best_model",
    };

    /// <summary>What a reader of the recipe must know.</summary>
    public List<string> Notes { get; } = [];

    public PreferenceTrainerOptions Build()
    {
        var options = (PreferenceTrainerOptions)Activator.CreateInstance(recipe.OptionsType)!;
        if (recipe.Method != RecipeMethods.SimPO) Notes.Add($"The recipe is for the method {options.Method}.");
        foreach (OptionProperty option in OptionProperty.Of(recipe.OptionsType))
        {
            if (option.RecipeKey is { } key && !Composed.Contains(key)) Set(options, option, key);
        }
        options.Compatibility = CompatibilityOf();
        SetModel(options);
        SetLengths(options);
        SetBatch(options);
        SetRun(options);
        if (recipe.Boolean("use_peft")) options.Lora = Lora();
        if (options is DpoTrainer.Options dpo) SetMix(dpo);
        if (options is SftTrainer.Options sft) SetTokens(sft);
        if (options is ReferenceTrainerOptions over && recipe.Text("ref_model_name_or_path") is { } reference)
            over.ReferencePath = names.Model(reference, "main", recipe.Faults);
        return options;
    }

    /// <summary>The data sets of training and of validation, in their order. Without one of validation the options hold out a part by prompt.</summary>
    public (IReadOnlyList<RecipeDataset> Train, IReadOnlyList<RecipeDataset> Validation) Datasets(PreferenceTrainerOptions options)
    {
        List<RecipeDataset> train = [], validation = [];
        if (recipe["dataset_mixer"] is not { Fields: { Count: > 0 } parts })
        {
            recipe.Fault("dataset_mixer", "`dataset_mixer` must name data sets with their fractions, but was empty. Use `dataset_mixer: "
                + "{path/to/pairs.jsonl: 1.0}`.");
            return (train, validation);
        }
        List<(string Name, string Path)> found = [.. parts.Select(p => (p.Key, names.Dataset(p.Key, recipe.Faults)))];
        // Fractions belong to train splits in the order of the list: of two data sets with two train splits each, the first two are the first's.
        List<double> fractions = [.. parts.Select(p => Fraction(p.Key, p.Value))];
        foreach ((string name, string path) in found)
        {
            foreach (string split in recipe.Texts("dataset_splits"))
            {
                if (split.Contains("train", StringComparison.Ordinal))
                {
                    if (train.Count < fractions.Count) train.Add(new RecipeDataset(name, path, split, fractions[train.Count]));
                }
                else if (split.Contains("test", StringComparison.Ordinal)) validation.Add(new RecipeDataset(name, path, split, 1));
                else recipe.Fault("dataset_splits", $"the split '{split}' is neither for training nor for testing. Its name must have 'train' or 'test' "
                    + $"in it.");
            }
        }
        int left = found.Count * recipe.Texts("dataset_splits").Count(s => s.Contains("train", StringComparison.Ordinal)) - train.Count;
        if (left > 0)
            Notes.Add(FormattableString.Invariant($"{left} splits for training are left out, for there is no fraction for them: a data set has one."));
        AddEvaluation(options, validation);
        if (validation.Count == 0) HoldOut(options);
        if (train.Count == 0) recipe.Fault("dataset_splits", "`dataset_splits` must have a split for training, but had none. Use [train, test].");
        return (train, validation);
    }

    /// <summary>Data sets that are named for evaluation alone: all of them, or their test split where a folder has one.</summary>
    private void AddEvaluation(PreferenceTrainerOptions options, List<RecipeDataset> validation)
    {
        if (!recipe.Says("eval_dataset")) return;
        if (options.ValidationFraction > 0)
            recipe.Fault("eval_dataset", "`eval_dataset` names data to evaluate on, and a part of the training data is held out too. Keep one of both.");
        foreach (string name in recipe.Texts("eval_dataset"))
        {
            string path = names.Dataset(name, recipe.Faults);
            string? test = Directory.Exists(path)
                ? new[] { "test", "valid", "dev", "eval" }.FirstOrDefault(split => DatasetFiles.HasSplit(path, split)) : null;
            validation.Add(new RecipeDataset(name, path, test ?? "train", 1));
        }
    }

    /// <summary>The most rows of each data set; null for all.</summary>
    public int? MostRows => recipe.Says("max_samples") ? Positive("max_samples") : null;

    /// <summary>Whether an empty system message is put before prompts without one; a mode of compatibility does that itself.</summary>
    public bool InsertsSystemMessage(PreferenceTrainerOptions options) =>
        recipe.Dialect == RecipeDialect.SimPOReference && options.Compatibility == Compatibility.None && recipe.Boolean("auto_insert_empty_system_msg")
        && EmptySystemMessage.TemplateOf(options, options.ModelPath) is { } template && EmptySystemMessage.IsKnownTo(template);

    private void SetMix(DpoTrainer.Options options)
    {
        if (recipe["loss_weights"] is not { Fields: { Count: > 0 } terms }) return;
        List<(DpoLossType, double)> mix = [];
        foreach ((string name, RecipeValue weight) in terms)
        {
            if (Named(typeof(DpoLossType), name) is not { } loss) recipe.Fault("loss_weights", $"`loss_weights` has no loss '{name}' to choose from.");
            else if (weight.Number is not { } number) recipe.Fault("loss_weights", $"the weight of '{name}' must be a number, but was '{weight.Text}'.");
            else mix.Add((Enum.Parse<DpoLossType>(loss), number));
        }
        options.Mix = new DpoMix([.. mix]);
    }

    /// <summary>TRL learns whole conversations unless it is told otherwise; so do the SimPO repository's scripts.</summary>
    private void SetTokens(SftTrainer.Options options)
    {
        options.MaxPromptLength = options.MaxLength - 1;
        bool answers = recipe.Boolean("assistant_only_loss") || recipe.Boolean("completion_only_loss") || recipe.Dialect == RecipeDialect.LlamaFactory;
        options.Tokens = recipe.Text("scored_tokens") switch
        {
            _ when answers => SftTokens.Answers,
            "answers" when recipe.Says("scored_tokens") => SftTokens.Answers,
            _ => SftTokens.All,
        };
    }

    private void HoldOut(PreferenceTrainerOptions options)
    {
        if (options.ValidationFraction <= 0) options.ValidationFraction = HeldOut;
        string share = options.ValidationFraction.ToString("0.##%", CultureInfo.InvariantCulture);
        Notes.Add($"The recipe has no split for testing: {share} of the pairs are held out by prompt.");
    }

    private double Fraction(string name, RecipeValue value)
    {
        if (value.Number is >= 0 and <= 1 and { } fraction) return fraction;
        recipe.Fault("dataset_mixer", $"the fraction of '{name}' must be from 0 to 1, but was '{value.Text}'. Use 1.0 for all of it.");
        return 1;
    }

    private void Set(PreferenceTrainerOptions options, OptionProperty option, string key)
    {
        RecipeValue value = recipe[key];
        if (value.IsNull) return;
        string text = value.Text;
        if (option.Type == typeof(bool)) text = value.Boolean == true ? bool.TrueString : bool.FalseString;
        else if (option.Type == typeof(int)) text = (value.Number ?? 0).ToString("R", CultureInfo.InvariantCulture);
        else if (option.Type.IsEnum) text = Named(option.Type, text) ?? text;
        if (!option.TrySet(options, text)) recipe.Fault(key, $"`{key}` must be {Range(option)}, but was '{value.Text}'.");
        else if (option.Fault(options) is { } fault) recipe.Fault(key, fault.Replace($"`{option.Name}`", $"`{key}`", StringComparison.Ordinal));
    }

    /// <summary>The member of an enumeration that a recipe calls so, with or without underscores; null for none.</summary>
    private static string? Named(Type type, string text) => Enum.GetNames(type).FirstOrDefault(
        n => n == text || string.Equals(n, text.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static string Range(OptionProperty option) =>
        option.Type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(option.Type).Select(RecipeKeys.SnakeCase))}" : "a value of its type";

    private Compatibility CompatibilityOf()
    {
        switch (recipe.Text("compatibility"))
        {
            case null or "none": return Compatibility.None;
            case "simpo_reference": return Compatibility.SimPOReference;
            case "trl": return Compatibility.Trl024;
            case { } other:
                recipe.Fault("compatibility", $"`compatibility` must be none, simpo_reference or trl, but was '{other}'.");
                return Compatibility.None;
        }
    }

    private void SetModel(PreferenceTrainerOptions options)
    {
        if (recipe.Text("model_name_or_path") is not { } model)
        {
            recipe.Fault("model_name_or_path", "`model_name_or_path` must name a model, but was empty. Use a folder in Hugging Face layout, or a name "
                + "that is mapped to one.");
            return;
        }
        options.ModelPath = names.Model(model, recipe.Text("model_revision") ?? "main", recipe.Faults);
        options.ChatTemplate = recipe.Text("chat_template");
        if (recipe.Dialect == RecipeDialect.SimPOReference) SetReferenceTemplate(options, model);
    }

    private void SetReferenceTemplate(PreferenceTrainerOptions options, string model)
    {
        if (recipe.Method == RecipeMethods.SimPO && model.Contains("mistral", StringComparison.OrdinalIgnoreCase))
        {
            Notes.Add("The model's name has 'mistral' in it: the SimPO repository's Mistral template takes the place of "
                + (options.ChatTemplate is null ? "the model's own." : "the recipe's `chat_template`."));
            options.ChatTemplate = RecipeTemplates.Mistral;
        }
        else if (options.ChatTemplate is null && File.Exists(Path.Combine(options.ModelPath, "config.json")) && ChatTemplate.Load(options.ModelPath) is null)
        {
            Notes.Add("The model has no chat template: the SimPO repository's default takes its place.");
            options.ChatTemplate = RecipeTemplates.Default;
        }
    }

    private void SetLengths(PreferenceTrainerOptions options)
    {
        // Neither knows of a limit of prompts by themselves.
        bool isOne = recipe.Dialect == RecipeDialect.LlamaFactory || options is RewardTrainer.Options;
        if (isOne && !recipe.Says("max_prompt_length")) options.MaxPromptLength = options.MaxLength - 1;
        else options.MaxPromptLength = recipe.Integer("max_prompt_length");
        if (recipe.Says("max_length")) return;
        string lengths = FormattableString.Invariant($"{options.MaxLength} tokens, and a prompt {options.MaxPromptLength}");
        Notes.Add($"The recipe says no `max_length`: prompt and answer have at most {lengths}, as where it comes from.");
    }

    private void SetBatch(PreferenceTrainerOptions options)
    {
        int perDevice = Positive("per_device_train_batch_size"), accumulation = Positive("gradient_accumulation_steps"),
            evaluation = Positive("per_device_eval_batch_size");
        (int processes, string origin) = Processes();
        long batch = (long)perDevice * accumulation * processes;
        if (batch > int.MaxValue)
        {
            recipe.Fault("gradient_accumulation_steps", FormattableString.Invariant($"a step must have at most {int.MaxValue} pairs, but has {batch}."));
            return;
        }
        options.BatchSize = (int)batch;
        options.PairsPerEvaluationBatch = evaluation;
        if (options.Compatibility != Compatibility.None) options.PairsPerMicroBatch = perDevice;
        string on = processes == 1 ? "process" : "processes";
        Notes.Add(FormattableString.Invariant(
            $"A step has {batch} pairs: {perDevice} a device, {accumulation} times, on {processes} {on} ({origin})."));
    }

    private (int Count, string Origin) Processes()
    {
        if (how.AcceleratePath is { } path) return (AccelerateFile.ReadProcesses(path), $"`num_processes` of {Path.GetFileName(path)}");
        return recipe.Dialect == RecipeDialect.SimPOReference && recipe.Says("gamma_beta_ratio") && recipe.Says("bf16")
            ? (4, "what the SimPO repository's recipes are made for; name an accelerate file for another number")
            : (1, "no accelerate file was named");
    }

    private int Positive(string key)
    {
        int value = recipe.Integer(key);
        if (value >= 1) return value;
        recipe.Fault(key, FormattableString.Invariant($"`{key}` must be at least 1, but was {value}."));
        return 1;
    }

    private void SetRun(PreferenceTrainerOptions options)
    {
        // "0" there is not "none", but "by ratio".
        options.WarmupSteps = recipe.Integer("warmup_steps") is > 0 and { } steps ? steps : null;
        options.EvaluationSteps = EvaluationSteps();
        options.MetricForBestModel = BestMetric();
        options.MaxSteps = Math.Max(0, recipe.Integer("max_steps"));
        if (options.MaxSteps > 0) Notes.Add(FormattableString.Invariant($"`max_steps` {options.MaxSteps} takes the place of `num_train_epochs`."));
        if (recipe.Says("early_stopping_patience")) options.EarlyStoppingPatience = recipe.Integer("early_stopping_patience");
        if (options.OutputPath is null)
        {
            Notes.Add("The recipe says no `output_dir`: nothing of the run is written.");
            return;
        }
        options.SaveSteps = recipe.Text("save_strategy") switch { "epoch" => 0, "steps" => Positive("save_steps"), _ => int.MaxValue };
        if (recipe.Says("save_total_limit")) options.SaveTotalLimit = recipe.Integer("save_total_limit");
        options.ResumeFrom = recipe.Text("resume_from_checkpoint") switch
        {
            { } text when recipe["resume_from_checkpoint"].Boolean is not { } flag => text,
            _ when recipe["resume_from_checkpoint"].Boolean == false || recipe.Boolean("overwrite_output_dir") => null,
            _ => "Auto", // as the scripts do: a run goes on where its folder has a checkpoint
        };
    }

    private BestModelMetric BestMetric()
    {
        BestModelMetric metric = BestModelMetrics.ByName.GetValueOrDefault(recipe.Text("metric_for_best_model") ?? "", BestModelMetric.Loss);
        if (!recipe.Says("greater_is_better") || recipe.Boolean("greater_is_better") == metric.IsHigherBetter()) return metric;
        string better = metric.IsHigherBetter() ? "accuracies and margins are better when they are greater" : "a loss is better when it is smaller";
        recipe.Fault("greater_is_better", $"`greater_is_better: {recipe["greater_is_better"].Text}` is refused: {better}. Leave it out.");
        return metric;
    }

    private int EvaluationSteps()
    {
        string strategy = recipe.Text("evaluation_strategy") ?? recipe.Text("eval_strategy") ?? "no";
        if (strategy == "steps") return Positive(recipe.Says("eval_steps") ? "eval_steps" : "logging_steps"); // as there
        if (strategy != "epoch") Notes.Add("The recipe evaluates at its end alone: here also before the first step and after each epoch.");
        return 0;
    }

    private LoraOptions Lora()
    {
        var lora = new LoraOptions { Rank = Positive("lora_r"), Alpha = recipe["lora_alpha"].Number ?? 32, UseRslora = recipe.Boolean("use_rslora") };
        bool isFactory = recipe.Dialect == RecipeDialect.LlamaFactory;
        if (isFactory && !recipe.Says("lora_alpha")) lora.Alpha = 2 * lora.Rank; // as there
        if (recipe.Says("lora_target_modules")) lora.TargetModules = recipe.Texts("lora_target_modules");
        else lora.TargetModules = isFactory ? ["all-linear"] : ["q_proj", "v_proj"]; // else PEFT's own for the families that have both
        if (recipe.Says("lora_modules_to_save")) lora.ModulesToSave = recipe.Texts("lora_modules_to_save");
        foreach (string fault in lora.Faults()) recipe.Faults.Add(fault);
        return lora;
    }
}
