namespace Microsoft.ML.SimPO;

/// <summary>Whose preprocessing and training are reproduced, faults included.</summary>
public enum Compatibility
{
    /// <summary>
    /// The sound behaviour; the default. Each pair of a step weighs the same, however the step is cut; the remainder of an epoch is a step of its own; neither
    /// biases nor norms are decayed; every row of the embedding gets its gradient.
    /// </summary>
    None,

    /// <summary>
    /// The SimPO authors' own scripts, on transformers 4.44.2. The answer is rendered alone, so its header is scored; an empty system message is put in
    /// where the template mentions one; too long pairs lose the ends of both answers. Each micro-batch of a step weighs the same and is divided by
    /// their configured number; the count of micro-batches runs on across epochs; norms are decayed but for Llama and Gemma; look-ups of the padding
    /// token's row give no gradient; the reported learning rate is that of the next step.
    /// </summary>
    SimPOReference,

    /// <summary>
    /// TRL 0.24's <c>CPOTrainer</c> with <c>loss_type="simpo"</c>, on transformers 4.57. The answer keeps what the template writes behind it, and an EOS after
    /// that; truncation as in the reference. Each micro-batch of a step weighs the same, also in the step that ends an epoch with fewer of them; look-ups of
    /// the padding token's row give no gradient. <c>DPOTrainer</c> appends an EOS also to an answer that ends in one, adds no BOS, and keeps the last
    /// <c>MaxPromptLength</c> tokens of a prompt, 512 where that is null, and then the last <c>MaxLength</c> of a sequence.
    /// </summary>
    Trl024,

    /// <summary>
    /// TRL 1.16's <c>DPOTrainer</c>, <c>KTOTrainer</c>, <c>SFTTrainer</c> and <c>RewardTrainer</c>, on transformers 5.24: micro-batches as with
    /// <see cref="Trl024"/>. All but the last, which leaves out pairs with a longer text, keep the first <c>MaxLength</c> tokens of prompt and answer, the end
    /// token like any other, and drop rows whose prompt fills them; <c>MaxPromptLength</c> is not known there. Rewards are sums over tokens for every loss.
    /// Packed rows of texts weigh the same in evaluations. SimPO, CPO and ORPO have the ids of its experimental <c>CPOTrainer</c>, which are those of
    /// <see cref="Trl024"/> with this truncation, and its steps, which are those of <see cref="Trl024"/>.
    /// </summary>
    Trl116,
}
