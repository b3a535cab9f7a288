using System.Text.Json;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// What a golden run was told, as a user would set it. The trainer decides which method it is, not what the run is called: so any run of the same trainers is
/// read, whatever stands in it of what they know. What it does not say has the trainer's own default.
/// </summary>
internal static partial class GoldenOptions
{
    /// <summary>Longer than any sequence, where a trainer was told to cut none.</summary>
    private const int NoLimit = 1 << 20;

    /// <summary>All options but the number of epochs, which depends on the data.</summary>
    /// <param name="config">The run's <c>config.json</c>.</param>
    public static PreferenceTrainerOptions Of(JsonElement config, string modelPath)
    {
        var run = new Run(config);
        PreferenceTrainerOptions options = OfMethod(run);
        options.ModelPath = modelPath;
        options.Compatibility = CompatibilityOf(run);
        options.LearningRate = run.Number("learning_rate");
        options.LearningRateScheduler =
            Enum.Parse<LearningRateScheduler>(run.Text("lr_scheduler_type", "linear").Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        options.WarmupRatio = run.Number("warmup_ratio", 0);
        options.WarmupSteps = options.WarmupRatio == 0 && config.GetProperty("warmup_steps").GetInt32() is > 0 and var steps ? steps : null;
        options.MaxGradNorm = run.Number("max_grad_norm", 1);
        options.WeightDecay = run.Number("weight_decay", 0);
        (options.AdamBeta1, options.AdamBeta2) = (run.Number("adam_beta1", 0.9), run.Number("adam_beta2", 0.999));
        options.AdamEpsilon = run.Number("adam_epsilon", 1e-8);
        options.PairsPerMicroBatch = (int)run.Number("per_device_train_batch_size");
        options.PairsPerEvaluationBatch = run.Number("per_device_eval_batch_size", 0) is > 0 and var batch ? (int)batch : null;
        options.BatchSize = options.PairsPerMicroBatch.Value * (int)run.Number("gradient_accumulation_steps", 1);
        options.MaxLength = run.IsNull("max_length") ? NoLimit : (int)run.Number("max_length", 1024);
        options.MaxPromptLength = (int)run.Number("max_prompt_length", options.MaxLength - 1);
        options.Shuffle = false;
        options.RouterLossWeight = RouterLossWeight(run, Path.Combine(modelPath, "config.json"));
        return options;
    }

    /// <summary>Whether the run compares a model with a reference model.</summary>
    public static bool HasReference(JsonElement config) => new Run(config).Trainer is "DPOTrainer" or "KTOTrainer";

    /// <summary>Whether evaluation data is packed where training data is: TRL packs it then unless it is told not to.</summary>
    public static bool PacksEvaluation(JsonElement config) => new Run(config).Flag("eval_packing", true);

    private static PreferenceTrainerOptions OfMethod(Run run) => run.Trainer switch
    {
        "SimPOTrainer" => SimPO(run, run.Number("gamma_beta_ratio"), run.Number("sft_weight", 0)),
        "CPOTrainer" when run.Loss is "simpo" or "alphapo" => SimPO(run, run.Number("simpo_gamma") / run.Number("beta"), run.Number("cpo_alpha", 1)),
        "CPOTrainer" => new CpoTrainer.Options
        {
            Beta = (float)run.Number("beta", 0.1),
            LossType = Enum.Parse<CpoLossType>(run.Loss, ignoreCase: true),
            LabelSmoothing = (float)run.Number("label_smoothing", 0),
            NllWeight = (float)run.Number("cpo_alpha", 1),
        },
        "ORPOTrainer" => new OrpoTrainer.Options { Beta = (float)run.Number("beta", 0.1) },
        "SFTTrainer" => new SftTrainer.Options
        {
            // Of ready ids TRL learns everything, mask or not, unless it is told otherwise.
            Tokens = run.Flag("completion_only_loss", false) ? SftTokens.Answers : SftTokens.All,
            LossType = run.Loss == "dft" ? SftLossType.Dft : SftLossType.Nll, // `chunked_nll` is another way to the same
            Packing = run.Flag("packing", false),
        },
        "RewardTrainer" => new RewardTrainer.Options { CenterRewardsCoefficient = (float)run.Number("center_rewards_coefficient", 0) },
        "DPOTrainer" => Dpo(run),
        "KTOTrainer" => Kto(run),
        var other => throw new NotSupportedException($"There is no method for runs of '{other}'."),
    };

    private static SimPOTrainer.Options SimPO(Run run, double ratio, double sftWeight) => new()
    {
        Beta = (float)run.Number("beta"),
        GammaBetaRatio = (float)ratio,
        LossType = run.Loss == "hinge" ? SimPOLossType.Hinge : SimPOLossType.Sigmoid,
        LabelSmoothing = (float)run.Number("label_smoothing", 0),
        SftWeight = (float)sftWeight,
        Alpha = run.Loss == "alphapo" ? (float)run.Number("alpha") : 0,
    };

    /// <summary>CPO and ORPO are the same in both versions of TRL.</summary>
    private static Compatibility CompatibilityOf(Run run) => !run.IsTrl ? Compatibility.SimPOReference
        : run.IsTrl116 && run.Trainer is not ("CPOTrainer" or "ORPOTrainer") ? Compatibility.Trl116 : Compatibility.Trl024;

    /// <summary>TRL 1.16 takes the run's own coefficient, else that of the model's configuration; before, the configuration had to ask for the loss.</summary>
    private static double RouterLossWeight(Run run, string configuration)
    {
        JsonElement model = JsonDocument.Parse(GoldenFile.ReadBytes(configuration)).RootElement;
        if (!run.IsTrl || !model.TryGetProperty("router_aux_loss_coef", out JsonElement usual)) return 0;
        bool isAsked = model.TryGetProperty("output_router_logits", out JsonElement asked) && asked.ValueKind == JsonValueKind.True;
        return run.IsTrl116 || isAsked ? run.Number("router_aux_loss_coef", usual.GetDouble()) : 0;
    }

    /// <summary>A run's <c>config.json</c>.</summary>
    private sealed class Run(JsonElement config)
    {
        private readonly JsonElement _hyper = config.GetProperty("hyper_parameters");

        /// <summary>The name of the class alone.</summary>
        public string Trainer => config.GetProperty("trainer").GetString()!.Split('.')[^1];

        public bool IsTrl => config.GetProperty("trainer").GetString()!.StartsWith("trl.", StringComparison.Ordinal);

        public bool IsTrl116 => IsTrl && config.GetProperty("versions").GetProperty("trl").GetString()!.StartsWith("1.", StringComparison.Ordinal);

        public string[] Losses => !Has("loss_type", out JsonElement type) ? [""]
            : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.GetString()!)] : [type.GetString()!];

        public string Loss => Losses[0];

        /// <summary>Null where none are given.</summary>
        public double[]? LossWeights => Has("loss_weights", out JsonElement given) ? [.. given.EnumerateArray().Select(w => w.GetDouble())] : null;

        public double Number(string name) => _hyper.GetProperty(name).GetDouble();

        public double Number(string name, double otherwise) => Has(name, out JsonElement value) ? value.GetDouble() : otherwise;

        public bool Flag(string name, bool otherwise) => Has(name, out JsonElement value) ? value.GetBoolean() : otherwise;

        public string Text(string name, string otherwise) => Has(name, out JsonElement value) ? value.GetString()! : otherwise;

        /// <summary>Whether it is said, and said to be nothing.</summary>
        public bool IsNull(string name) => _hyper.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

        private bool Has(string name, out JsonElement value) => _hyper.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
