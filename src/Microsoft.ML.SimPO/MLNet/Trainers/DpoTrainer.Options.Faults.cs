using Microsoft.ML.SimPO.Losses.Dpo;

namespace Microsoft.ML.SimPO;

public sealed partial class DpoTrainer
{
    /// <content>What does not go together.</content>
    public sealed partial class Options
    {
        private static readonly DpoLossType[] Smoothed =
        [
            DpoLossType.Sigmoid, DpoLossType.SigmoidNorm, DpoLossType.Robust, DpoLossType.ExoPair, DpoLossType.Aot, DpoLossType.AotUnpaired,
        ];

        internal override IEnumerable<string> Warnings
        {
            get
            {
                if (Types.Any(t => t.Type == DpoLossType.DiscoPop) && DiscoPopTau < 0.1f)
                    yield return Say($"DiscoPop with `DiscoPopTau` {DiscoPopTau} first lowers the margin, for its slope at 0 has the wrong sign below 0.1.");
            }
        }

        private protected override bool WeighsTokens => LengthDesensitization != 1;

        internal override IEnumerable<string> Contradictions() =>
            [.. base.Contradictions(), .. MixFaults(), .. SmoothingFaults(), .. DivergenceFaults(), .. LengthFaults(), .. SyncFaults()];

        private IEnumerable<string> MixFaults()
        {
            foreach (string fault in Mix?.Faults() ?? []) yield return fault;
            if (Mix is not null && LossType != DpoLossType.Sigmoid)
                yield return $"`LossType` must be Sigmoid where `Mix` says what is minimised, but was {LossType}.";
            if (Mix is null && LossType == DpoLossType.Sft)
                yield return "`LossType` must be a loss of pairs, but was Sft. Use it in a `Mix`, beside Sigmoid.";
        }

        private IEnumerable<string> SmoothingFaults()
        {
            DpoLossType[] types = [.. Types.Select(t => t.Type).Where(t => t != DpoLossType.Sft)];
            if (LabelSmoothing > 0 && types.Length > 0 && !types.Any(Smoothed.Contains))
                yield return Say($"`LabelSmoothing` must be 0 with {string.Join(", ", types)}, which do not know it, but was {LabelSmoothing}.");
            if (LabelSmoothing == 0 && types.Contains(DpoLossType.ExoPair))
                yield return "`LabelSmoothing` must be greater than 0 with ExoPair, but was 0. Use 0.001.";
            DpoLossType[] ignored = [.. types.Intersect([DpoLossType.Sigmoid, DpoLossType.SigmoidNorm])];
            if (LabelSmoothing > 0 && !Profile.SmoothsSigmoid && ignored.Length > 0 && !types.Except(ignored).Any(Smoothed.Contains))
            {
                string mode = $"`Compatibility` {Compatibility} and {string.Join(", ", ignored)}";
                yield return Say($"`LabelSmoothing` must be 0 with {mode}, but was {LabelSmoothing}: ")
                    + "TRL 1.16 ignores it there. Use None, which applies it.";
            }
        }

        private IEnumerable<string> DivergenceFaults()
        {
            if (Divergence == FDivergence.ReverseKl) yield break;
            string[] others = [.. Types.Where(t => Enum.IsDefined(t.Type) && !DpoTerm.Of(t.Type, 1, 0.1, 1).TakesDivergence).Select(t => $"{t.Type}")];
            if (others.Length > 0) yield return $"`Divergence` must be ReverseKl with {string.Join(", ", others)}, but was {Divergence}.";
        }

        private IEnumerable<string> SyncFaults()
        {
            if (SyncReferenceSteps == 0) yield break;
            if (Lora is not null || AdapterPath is not null)
                yield return Say($"`SyncReferenceSteps` must be 0 where an adapter is trained, but was {SyncReferenceSteps}.");
            if (ReferencePath is null && ReferenceChosenColumnName is null) yield break;
            yield return "`ReferencePath` and the columns of references must be null with `SyncReferenceSteps`, for a moving reference begins as the model.";
        }

        private IEnumerable<string> LengthFaults()
        {
            if (LengthPenalty > 0 && Types.Any(t => t.Type is not (DpoLossType.Sigmoid or DpoLossType.Sft)))
                yield return Say($"`LengthPenalty` must be 0 with other losses than Sigmoid, but was {LengthPenalty}.");
        }
    }
}
