namespace Microsoft.ML.SimPO;

/// <content>Steps, schedule and optimizer.</content>
public abstract partial class PreferenceTrainerOptions
{
    /// <summary>The highest learning rate, of AdamW. Above 0, usually 3e-7 to 1e-6 for large models; default 5e-7.</summary>
    [Option("learning_rate", OptionEffect.Steps, Above = 0, Use = "3e-7 to 1e-6 for large models"), SweepRange(1e-7, 1e-5, LogScale = true, DefaultOrder = 1)]
    public virtual double LearningRate { get; set; } = 5e-7;

    /// <summary>Passes over the data; a fraction ends early. Above 0; default 1.</summary>
    [Option("num_train_epochs", OptionEffect.Steps, Above = 0, Use = "1"), SweepRange(0.5, 3)]
    public double Epochs { get; set; } = 1;

    /// <summary>
    /// Steps of the run, in place of <see cref="Epochs"/>: the data is gone through as often as it takes. 0 or more; default 0, for <see cref="Epochs"/>.
    /// </summary>
    [Option("max_steps", OptionEffect.Steps, AtLeast = 0, Use = "0 for `Epochs`", Unsaid = "0")]
    public int MaxSteps { get; set; }

    /// <summary>
    /// Pairs in an optimizer step. At least 1; default 8. How a step is cut into forward passes changes nothing but its result's last digits.
    /// </summary>
    [Option("gradient_accumulation_steps", OptionEffect.Steps, AtLeast = 1, Use = "8 to 128"), SweepRange(8, 128, LogScale = true)]
    public int BatchSize { get; set; } = 8;

    /// <summary>
    /// At most so many pairs in a micro-batch: <c>per_device_train_batch_size</c>, with <see cref="BatchSize"/> divided by it as
    /// <c>gradient_accumulation_steps</c>. At least 1; with a <see cref="Compatibility"/> a divisor of <see cref="BatchSize"/>. Null, the default, for no limit
    /// but that of tokens, and for a step of one micro-batch with a <see cref="Compatibility"/>.
    /// </summary>
    [Option("per_device_train_batch_size", OptionEffect.Steps, AtLeast = 1, Use = "1 to 8, or null for no limit")]
    public int? PairsPerMicroBatch { get; set; }

    /// <summary>
    /// Pairs in a batch of an evaluation: <c>per_device_eval_batch_size</c>. With another <see cref="Compatibility"/> than <see cref="Compatibility.None"/> the
    /// figures of an evaluation are means over such batches, as they are there; without one each pair weighs the same, and this changes nothing. At least 1;
    /// null, the default, for as many as a micro-batch has.
    /// </summary>
    [Option("per_device_eval_batch_size", OptionEffect.None, AtLeast = 1, Use = "8, or null for the size of a micro-batch")]
    public int? PairsPerEvaluationBatch { get; set; }

    /// <summary>
    /// Leave out the pairs at the end of each epoch that do not fill a step (with a <see cref="Compatibility"/>: a micro-batch). Default false: they are a
    /// step of their own, in which each weighs more.
    /// </summary>
    [Option("dataloader_drop_last", OptionEffect.Steps)]
    public bool DropLast { get; set; }

    /// <summary>
    /// Keep the rows of one prompt in one step, where the prompt, and an answer that stands in several of them, are computed once: for data with several
    /// answers to a prompt. A step ends early where the rows of the next prompt do not fit, so that it may have fewer than <see cref="BatchSize"/>; a prompt
    /// of more rows fills steps of its own. Default false: a step shares what the shuffled order brings together. Must be false with a
    /// <see cref="Compatibility"/>, whose order is its own.
    /// </summary>
    [Option("keep_prompts_together", OptionEffect.Steps)]
    public bool KeepPromptsTogether { get; set; }

    /// <summary>How the learning rate moves. Default <see cref="LearningRateScheduler.Cosine"/>.</summary>
    [Option("lr_scheduler_type", OptionEffect.Steps)]
    public LearningRateScheduler LearningRateScheduler { get; set; }

    /// <summary>The share of the steps in which the learning rate rises from 0. From 0 to 1; default 0.1.</summary>
    [Option("warmup_ratio", OptionEffect.Steps, AtLeast = 0, AtMost = 1, Use = "0.1"), SweepRange(0, 0.2)]
    public double WarmupRatio { get; set; } = 0.1;

    /// <summary>
    /// The number of steps in which the learning rate rises from 0, in place of <see cref="WarmupRatio"/>. 0 or more; null, the default, for the ratio.
    /// </summary>
    [Option("warmup_steps", OptionEffect.Steps, AtLeast = 0, Use = "null for `WarmupRatio`")]
    public int? WarmupSteps { get; set; }

    /// <summary>Decoupled weight decay of all weights but biases and norms. 0 or more; default 0.</summary>
    [Option("weight_decay", OptionEffect.Steps, AtLeast = 0, Use = "0")]
    public double WeightDecay { get; set; }

    /// <summary>How much of AdamW's mean of gradients stays in a step. From 0 to below 1; default 0.9.</summary>
    [Option("adam_beta1", OptionEffect.Steps, AtLeast = 0, Below = 1, Use = "0.9")]
    public double AdamBeta1 { get; set; } = 0.9;

    /// <summary>How much of AdamW's mean of squared gradients stays in a step. From 0 to below 1; default 0.999.</summary>
    [Option("adam_beta2", OptionEffect.Steps, AtLeast = 0, Below = 1, Use = "0.999")]
    public double AdamBeta2 { get; set; } = 0.999;

    /// <summary>Added to AdamW's denominator. Above 0; default 1e-8.</summary>
    [Option("adam_epsilon", OptionEffect.Steps, Above = 0, Use = "1e-8")]
    public double AdamEpsilon { get; set; } = 1e-8;

    /// <summary>Gradients are scaled down to this norm. 0 for no clipping; default 1.</summary>
    [Option("max_grad_norm", OptionEffect.Steps, AtLeast = 0, Use = "1, or 0 for no clipping")]
    public double MaxGradNorm { get; set; } = 1;

    /// <summary>
    /// The weight of the auxiliary loss that has the routers of a mixture of experts use all experts alike (Fedus et al. 2021, arXiv 2101.03961, equation 4):
    /// as transformers computes it over the tokens of all its layers together, here over the whole step, with a <see cref="Compatibility"/> over each
    /// micro-batch.
    /// 0 or more, usually 0.001 to 0.02; default 0, for none, whatever <c>config.json</c> says. Any other needs a model with experts. Where a step is more than
    /// one forward pass it costs another one.
    /// </summary>
    [Option("router_aux_loss_coef", OptionEffect.Steps, AtLeast = 0, Use = "0.001 to 0.02, or 0 for none", Unsaid = "0")]
    public double RouterLossWeight { get; set; }

    /// <summary>Compute activations again in the backward pass: about half of the memory for a third more time. Default false.</summary>
    [Option("gradient_checkpointing", OptionEffect.Rounding)]
    public bool GradientCheckpointing { get; set; }
}
