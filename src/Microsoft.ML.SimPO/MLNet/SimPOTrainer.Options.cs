namespace Microsoft.ML.SimPO;

public sealed partial class SimPOTrainer
{
    /// <summary>Options of <see cref="SimPOTrainer"/>. They are copied when the trainer is made.</summary>
    public sealed partial class Options
    {
        /// <summary>The model to tune: a folder in Hugging Face layout with config.json, *.safetensors and tokenizer.json. Required, unless <see cref="AdapterPath"/> or <see cref="BaseModel"/> is given.</summary>
        public string ModelPath { get; set; } = "";

        /// <summary>The column of prompts: text, or chat messages as a JSON array of <c>role</c> and <c>content</c>. Default "Prompt".</summary>
        public string PromptColumnName { get; set; } = "Prompt";

        /// <summary>The column of answers that were preferred. Default "Chosen".</summary>
        public string ChosenColumnName { get; set; } = "Chosen";

        /// <summary>The column of the other answers. Default "Rejected".</summary>
        public string RejectedColumnName { get; set; } = "Rejected";

        /// <summary>beta, the scale of the reward beta * mean log p. Above 0, usually 2.0 to 10.0; default 2.0.</summary>
        [SweepRange(1, 10)]
        public float Beta { get; set; } = 2;

        /// <summary>gamma / beta, the target margin between the mean log-probabilities in nats. 0 or more, usually 0.3 to 1.6; default 0.5.</summary>
        [SweepRange(0, 1.6)]
        public float GammaBetaRatio { get; set; } = 0.5f;

        /// <summary>The function of the margin. Default <see cref="SimPOLossType.Sigmoid"/>.</summary>
        public SimPOLossType LossType { get; set; }

        /// <summary>How often a preference is taken to be the wrong way round, for the sigmoid loss. From 0 to below 0.5; default 0.</summary>
        [SweepRange(0, 0.2)]
        public float LabelSmoothing { get; set; }

        /// <summary>The factor of the cross entropy of the chosen answers, added to the loss. 0 or more; default 0.</summary>
        [SweepRange(0, 1)]
        public float SftWeight { get; set; }

        /// <summary>What the cross entropy is the mean of. Default <see cref="SftNormalization.Pair"/>.</summary>
        public SftNormalization SftNormalization { get; set; }

        /// <summary>The highest learning rate, of AdamW (0.9, 0.999, 1e-8). Above 0, usually 3e-7 to 1e-6 for large models; default 5e-7.</summary>
        [SweepRange(1e-7, 1e-5, LogScale = true)]
        public double LearningRate { get; set; } = 5e-7;

        /// <summary>Passes over the data; a fraction ends early. Above 0; default 1.</summary>
        [SweepRange(0.5, 3)]
        public double Epochs { get; set; } = 1;

        /// <summary>Pairs in an optimizer step. At least 1; default 8. How a step is cut into forward passes does not change its result.</summary>
        [SweepRange(8, 128, LogScale = true)]
        public int BatchSize { get; set; } = 8;

        /// <summary>
        /// At most so many tokens in a forward pass, each prompt counted once; a longer pair is a pass of its own. Less takes less memory. At least 1; default 4096.
        /// </summary>
        public int TokensPerMicroBatch { get; set; } = 4096;

        /// <summary>How the learning rate moves. Default <see cref="LearningRateScheduler.Cosine"/>.</summary>
        public LearningRateScheduler LearningRateScheduler { get; set; }

        /// <summary>The share of the steps in which the learning rate rises from 0. From 0 to 1; default 0.1.</summary>
        [SweepRange(0, 0.2)]
        public double WarmupRatio { get; set; } = 0.1;

        /// <summary>Decoupled weight decay of all weights but biases and norms. 0 or more; default 0.</summary>
        public double WeightDecay { get; set; }

        /// <summary>Gradients are scaled down to this norm. 0 for no clipping; default 1.</summary>
        public double MaxGradNorm { get; set; } = 1;

        /// <summary>The most tokens of prompt and answer. Prompts that do not fit are cut at their start, pairs whose answer alone does not fit are dropped. At least 2; default 2048.</summary>
        public int MaxLength { get; set; } = 2048;

        /// <summary>The most tokens of a prompt. At least 1, below <see cref="MaxLength"/>; default 1800.</summary>
        public int MaxPromptLength { get; set; } = 1800;

        /// <summary>Compute activations again in the backward pass: about half of the memory for a third more time. Default false.</summary>
        public bool GradientCheckpointing { get; set; }

        /// <summary>Whether each epoch has an order of its own. Default true.</summary>
        public bool Shuffle { get; set; } = true;

        /// <summary>Where the random numbers begin; null, the default, takes the seed of the <see cref="MLContext"/>.</summary>
        public int? Seed { get; set; }

        /// <summary>
        /// Render plain prompts and answers with the model's chat template where it has one. Text that already holds the template's own turn
        /// tokens is left alone. Default true.
        /// </summary>
        public bool ApplyChatTemplate { get; set; } = true;

        /// <summary>Is told of every step as soon as it is done, on the training thread. Null, the default, for nobody.</summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.Lora = Lora?.Copy();
            return copy;
        }

        /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
        internal void Validate()
        {
            string[] faults = [.. Faults()];
            if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), "options");
        }

        private IEnumerable<string> Faults()
        {
            if (!HasModel) yield return "`ModelPath` must name a folder in Hugging Face layout, but was empty.";
            foreach ((string option, string value) in new[] { (nameof(PromptColumnName), PromptColumnName), (nameof(ChosenColumnName), ChosenColumnName), (nameof(RejectedColumnName), RejectedColumnName) })
                if (string.IsNullOrWhiteSpace(value)) yield return $"`{option}` must name a column, but was empty.";
            if (!(Beta > 0 && float.IsFinite(Beta))) yield return Say($"`Beta` must be greater than 0, but was {Beta}. Use 2.0 to 10.0.");
            if (!(GammaBetaRatio >= 0 && float.IsFinite(GammaBetaRatio))) yield return Say($"`GammaBetaRatio` must be 0 or more, but was {GammaBetaRatio}. Use 0.3 to 1.6.");
            if (!Enum.IsDefined(LossType)) yield return Say($"`LossType` must be Sigmoid or Hinge, but was {LossType}.");
            if (!(LabelSmoothing >= 0 && LabelSmoothing < 0.5f)) yield return Say($"`LabelSmoothing` must be from 0 to below 0.5, but was {LabelSmoothing}. Use 0 unless labels are noisy.");
            if (!(SftWeight >= 0 && float.IsFinite(SftWeight))) yield return Say($"`SftWeight` must be 0 or more, but was {SftWeight}. Use 0 for none.");
            if (!Enum.IsDefined(SftNormalization)) yield return Say($"`SftNormalization` must be Pair, StepTokens or MicroBatchTokens, but was {SftNormalization}.");
            if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return Say($"`LearningRate` must be greater than 0, but was {LearningRate}. Use 3e-7 to 1e-6 for large models.");
            if (!(Epochs > 0 && double.IsFinite(Epochs))) yield return Say($"`Epochs` must be greater than 0, but was {Epochs}. Use 1.");
            if (BatchSize < 1) yield return Say($"`BatchSize` must be at least 1, but was {BatchSize}. Use 8 to 128.");
            if (TokensPerMicroBatch < 1) yield return Say($"`TokensPerMicroBatch` must be at least 1, but was {TokensPerMicroBatch}. Use 2048 to 16384.");
            if (!Enum.IsDefined(LearningRateScheduler)) yield return Say($"`LearningRateScheduler` must be one of {string.Join(", ", Enum.GetNames<LearningRateScheduler>())}, but was {LearningRateScheduler}.");
            if (!(WarmupRatio >= 0 && WarmupRatio <= 1)) yield return Say($"`WarmupRatio` must be from 0 to 1, but was {WarmupRatio}. Use 0.1.");
            if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return Say($"`WeightDecay` must be 0 or more, but was {WeightDecay}. Use 0.");
            if (!(MaxGradNorm >= 0 && double.IsFinite(MaxGradNorm))) yield return Say($"`MaxGradNorm` must be 0 or more, but was {MaxGradNorm}. Use 1, or 0 for no clipping.");
            if (MaxLength < 2) yield return Say($"`MaxLength` must be at least 2, but was {MaxLength}. Use 2048.");
            if (MaxPromptLength < 1 || MaxPromptLength >= MaxLength) yield return Say($"`MaxPromptLength` must be at least 1 and below `MaxLength` ({MaxLength}), but was {MaxPromptLength}. Use 1800 of 2048.");
            foreach (string fault in AdapterFaults()) yield return fault;
        }

        private static string Say(FormattableString text) => FormattableString.Invariant(text);
    }
}
