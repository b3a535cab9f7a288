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

        /// <summary>What the cross entropy is the mean of, without a <see cref="Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.</summary>
        public SftNormalization SftNormalization { get; set; }

        /// <summary>
        /// Whose preprocessing and training are reproduced, faults included. With another than <see cref="Compatibility.None"/>, the default, a micro-batch has
        /// <see cref="PairsPerMicroBatch"/> pairs, each micro-batch of a step weighs the same, and the cross entropy is normalised as
        /// <see cref="SftNormalization.MicroBatchTokens"/>. The order of shuffled data is always our own.
        /// </summary>
        public Compatibility Compatibility { get; set; }

        /// <summary>The highest learning rate, of AdamW. Above 0, usually 3e-7 to 1e-6 for large models; default 5e-7.</summary>
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

        /// <summary>
        /// At most so many pairs in a micro-batch: <c>per_device_train_batch_size</c>, with <see cref="BatchSize"/> divided by it as
        /// <c>gradient_accumulation_steps</c>. At least 1; with a <see cref="Compatibility"/> a divisor of <see cref="BatchSize"/>. Null, the default, for no limit
        /// but that of tokens, and for a step of one micro-batch with a <see cref="Compatibility"/>.
        /// </summary>
        public int? PairsPerMicroBatch { get; set; }

        /// <summary>
        /// Leave out the pairs at the end of each epoch that do not fill a step (with a <see cref="Compatibility"/>: a micro-batch). Default false: they are a
        /// step of their own, in which each weighs more.
        /// </summary>
        public bool DropLast { get; set; }

        /// <summary>How the learning rate moves. Default <see cref="LearningRateScheduler.Cosine"/>.</summary>
        public LearningRateScheduler LearningRateScheduler { get; set; }

        /// <summary>The share of the steps in which the learning rate rises from 0. From 0 to 1; default 0.1.</summary>
        [SweepRange(0, 0.2)]
        public double WarmupRatio { get; set; } = 0.1;

        /// <summary>The number of steps in which the learning rate rises from 0, in place of <see cref="WarmupRatio"/>. 0 or more; null, the default, for the ratio.</summary>
        public int? WarmupSteps { get; set; }

        /// <summary>Decoupled weight decay of all weights but biases and norms. 0 or more; default 0.</summary>
        public double WeightDecay { get; set; }

        /// <summary>How much of AdamW's mean of gradients stays in a step. From 0 to below 1; default 0.9.</summary>
        public double AdamBeta1 { get; set; } = 0.9;

        /// <summary>How much of AdamW's mean of squared gradients stays in a step. From 0 to below 1; default 0.999.</summary>
        public double AdamBeta2 { get; set; } = 0.999;

        /// <summary>Added to AdamW's denominator. Above 0; default 1e-8.</summary>
        public double AdamEpsilon { get; set; } = 1e-8;

        /// <summary>Gradients are scaled down to this norm. 0 for no clipping; default 1.</summary>
        public double MaxGradNorm { get; set; } = 1;

        /// <summary>The most tokens of prompt and answer. Prompts that do not fit are cut at their start, pairs whose answer alone does not fit are dropped. At least 2; default 2048.</summary>
        public int MaxLength { get; set; } = 2048;

        /// <summary>The most tokens of a prompt. At least 1, below <see cref="MaxLength"/>; default 1800.</summary>
        public int MaxPromptLength { get; set; } = 1800;

        /// <summary>Leave out pairs with an answer of nothing but white space, and count them in the log. Default false: such a pair is an error that names its row.</summary>
        public bool DropEmptyAnswers { get; set; }

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

        /// <summary>
        /// The share of the data that is held out for validation, split by prompt so that none stands on both sides. From 0 to below 1; default 0, for none
        /// or the validation data that <c>Fit</c> is given.
        /// </summary>
        public double ValidationFraction { get; set; }

        /// <summary>Steps between two evaluations on the validation data. 0 or more; default 0, for the end of each epoch. The first one is before the first step, the last after the last.</summary>
        public int EvaluationSteps { get; set; }

        /// <summary>
        /// Stop after so many evaluations without a lower validation loss, and give back the best model. 0 or more; default 0, for never. Needs validation data.
        /// </summary>
        public int EarlyStoppingPatience { get; set; }

        /// <summary>Give back the weights of the evaluation with the lowest validation loss in place of the last. Default false; early stopping always does. Needs validation data.</summary>
        public bool RestoreBestModel { get; set; }

        /// <summary>
        /// A folder for the run: <c>trainer_log.jsonl</c>, and in <c>checkpoint-STEP</c> a model in Hugging Face layout with all that the run needs to go on from
        /// there to the same bits. One fit at a time may write to it. Null, the default, writes nothing.
        /// </summary>
        public string? OutputPath { get; set; }

        /// <summary>Steps between two checkpoints in <see cref="OutputPath"/>. 0 or more; default 0, for the end of each epoch. There is always one after the last step.</summary>
        public int SaveSteps { get; set; }

        /// <summary>The most checkpoints that are kept, the newest and the best one always among them. 0 or more; default 0, for all.</summary>
        public int SaveTotalLimit { get; set; }

        /// <summary>Write a checkpoint also when the fit is cancelled. Default false.</summary>
        public bool SaveOnCancel { get; set; }

        /// <summary>
        /// Where to go on: <c>"Auto"</c> takes the newest whole checkpoint in <see cref="OutputPath"/>, or begins anew where there is none; anything else is
        /// the folder of a checkpoint. On the same machine with the same number of threads the result is that of a run that was never interrupted, to
        /// the bit. Null, the default, begins anew.
        /// </summary>
        public string? ResumeFrom { get; set; }

        /// <summary>Is told of every step as soon as it is done, on the training thread. Null, the default, for nobody.</summary>
        public IProgress<TrainingProgress>? Progress { get; set; }

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.Lora = Lora?.Copy();
            return copy;
        }
    }
}
