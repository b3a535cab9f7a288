using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

public sealed partial class SftTrainer
{
    /// <summary>
    /// Options of <see cref="SftTrainer"/>, whose loss is the mean of -log p over the tokens of a step. <see cref="ScoringOptions.Rows"/> says what is learned
    /// from: the chosen answers of pairs, single answers, or texts. They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>The scale of the rewards that the model scores with, beta times an answer's mean log-probability; the loss has none. Default 1.</summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "1")]
        public override float Beta { get; set; } = 1;

        /// <summary>The highest learning rate, of AdamW. Above 0, usually 1e-5 to 2e-5 for large models; default 2e-5.</summary>
        [Option("learning_rate", OptionEffect.Steps, Above = 0, Use = "1e-5 to 2e-5 for large models")]
        [SweepRange(1e-6, 1e-3, LogScale = true, DefaultOrder = 1)]
        public override double LearningRate { get; set; } = 2e-5;

        /// <summary>Which tokens are learned. Default <see cref="SftTokens.Answers"/>; of texts, which have no prompt, all are.</summary>
        [Option("scored_tokens", OptionEffect.Data)]
        public SftTokens Tokens { get; set; }

        /// <summary>What is minimised of each token. Default <see cref="SftLossType.Nll"/>.</summary>
        [Option("loss_type", OptionEffect.Steps)]
        public SftLossType LossType { get; set; }

        /// <summary>
        /// What the loss is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.StepTokens"/>: each token of
        /// a step weighs the same, so long answers weigh more; with <see cref="SftNormalization.Pair"/> each answer does.
        /// </summary>
        [Option("sft_normalization", OptionEffect.Steps)]
        public SftNormalization Normalization { get; set; } = SftNormalization.StepTokens;

        /// <summary>
        /// Whether a step has <see cref="PreferenceTrainerOptions.BatchSize"/> rows of up to <see cref="ScoringOptions.MaxLength"/> tokens, each filled with as
        /// many texts as fit (best fit, the longest first: arXiv 2404.10830, but that no text is cut for it), in place of so many texts: then steps have about
        /// as many tokens each. Default false.
        /// </summary>
        [Option("packing", OptionEffect.Steps)]
        public bool Packing { get; set; }

        internal override string Method => "Sft";

        internal override bool TakesSingleAnswers => true;

        internal override string RowNoun => Rows == RowKind.Texts ? "texts" : "answers";

        internal override string StepNoun => Packing ? $"rows of {RowNoun}" : RowNoun;

        internal override SftNormalization CrossEntropy => Normalization;

        internal override EncodedPrompt? Encode(PreferenceEncoder encoder, string[] texts, long row, PromptOrigin prompts)
        {
            EncodedPrompt? encoded = Rows == RowKind.Texts ? encoder.EncodeText(texts[0], row) : encoder.EncodeAnswer(texts[0], texts[1], row, prompts);
            return encoded is null || Tokens == SftTokens.Answers ? encoded : new EncodedPrompt(encoded.Chosen with { PromptLength = 1 }) { Row = row };
        }

        internal override IReadOnlyList<int[]>? PackedRows(IReadOnlyList<EncodedPrompt> data) =>
            Packing ? BestFit.Rows([.. data.Select(d => d.PackedLength)], MaxLength) : null;

        internal override IEnumerable<string> Contradictions()
        {
            foreach (string fault in base.Contradictions()) yield return fault;
            if (Packing && KeepPromptsTogether)
                yield return "`KeepPromptsTogether` must be false with `Packing`, which has an order of its own, but was true.";
            if (Packing && PairsPerMicroBatch is not null && !Profile.ByMicroBatch)
                yield return Say($"`PairsPerMicroBatch` must be null with `Packing`, which counts tokens, but was {PairsPerMicroBatch}.");
        }

        internal override IAlignmentLoss CreateLoss() => new SftLoss(
            Beta, LossType, CrossEntropyInForce, Profile.CountsFirstTokens && (Tokens == SftTokens.All || Rows == RowKind.Texts));

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new SftTrainer(context, this);
    }
}
