using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

public sealed partial class KtoTrainer
{
    /// <summary>
    /// Options of <see cref="KtoTrainer"/>, whose loss is w_d (1 - sigma(Beta (r - kl))) of a desirable answer and w_u (1 - sigma(Beta (kl - r))) of another, r
    /// the log-ratio to the reference (arXiv 2402.01306, equation 8). They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : ReferenceTrainerOptions
    {
        /// <summary>What is minimised. Default <see cref="KtoLossType.Kto"/>.</summary>
        [Option("loss_type", OptionEffect.Steps)]
        public KtoLossType LossType { get; set; }

        /// <summary>
        /// w_d, the weight of desirable answers. Weights times numbers of answers should stand at 1 to 1 up to 3 to 2 (arXiv 2402.01306; TRL's guide says up
        /// to 4 to 3). Above 0; default 1.
        /// </summary>
        [Option("desirable_weight", OptionEffect.Steps, Above = 0, Use = "1 for as many of both"), SweepRange(0.5, 2)]
        public float DesirableWeight { get; set; } = 1;

        /// <summary>w_u, the weight of undesirable answers (arXiv 2402.01306, equation 8). Above 0; default 1.</summary>
        [Option("undesirable_weight", OptionEffect.Steps, Above = 0, Use = "1 for as many of both"), SweepRange(0.5, 2)]
        public float UndesirableWeight { get; set; } = 1;

        /// <summary>
        /// Where <see cref="ScoringOptions.Rows"/> are <see cref="RowKind.Responses"/>, the column that says of each response whether it is desirable: true or
        /// false, or a number that is above 0 or not. Default "Label".
        /// </summary>
        [Option("label_column", OptionEffect.Data, Names = "a column")]
        public string LabelColumnName { get; set; } = "Label";

        internal override string Method => "Kto";

        internal override bool TakesSingleAnswers => true;

        internal override string RowNoun => Rows == RowKind.Responses ? "answers" : base.RowNoun;

        internal override IAlignmentLoss CreateLoss() => new KtoLoss(Beta, DesirableWeight, UndesirableWeight, LossType);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new KtoTrainer(context, this);

        internal override void CheckColumns(IHost host, DataViewSchema schema, string parameter)
        {
            if (Rows == RowKind.Responses) LabelColumn.Find(host, schema, LabelColumnName, parameter);
        }

        internal override IReadOnlyList<EncodedPrompt> Prepare(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host)
        {
            if (Rows == RowKind.Responses) pairs = LabelColumn.AddTo(pairs, data, host, LabelColumnName);
            if (!Profile.MismatchesByMicroBatch) return LossType == KtoLossType.Kto ? Mismatches.OfData(pairs, MaxLength) : pairs;
            EncodedPrompt[] rows = [.. Mismatches.TakenApart(pairs)];
            return LossType == KtoLossType.Kto ? Mismatches.OfMicroBatches(rows, Profile.PairsPerMicroBatch(PairsPerMicroBatch, BatchSize), MaxLength) : rows;
        }

        internal override IEnumerable<string> Contradictions()
        {
            foreach (string fault in base.Contradictions()) yield return fault;
            if (Rows == RowKind.Texts) yield return "`Rows` must be Pairs or Responses for Kto, but was Texts.";
            if (ReferenceChosenColumnName is not null || ReferenceRejectedColumnName is not null)
                yield return "`ReferenceChosenColumnName` and `ReferenceRejectedColumnName` must be null for Kto, which scores answers to other prompts too.";
        }
    }
}
