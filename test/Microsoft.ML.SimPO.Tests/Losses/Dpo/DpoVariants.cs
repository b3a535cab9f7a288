namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// Every kind of DPO with numbers from the ranges of its options. <see cref="Make"/> leaves out weights of pairs, constants that follow from the
/// log-probabilities themselves, so that differences would see them move, and divergences with exponentials, whose values are too large for differences at any
/// ratio: these are <see cref="Special"/>.
/// </summary>
internal static class DpoVariants
{
    /// <summary>Weights of pairs with each kind, and the other divergences with each kind that takes one.</summary>
    public static IEnumerable<DpoSettings> Special(Random random)
    {
        foreach (DpoLossType type in Enum.GetValues<DpoLossType>())
        {
            var plain = new DpoSettings(0.05 + (0.4 * random.NextDouble()), (type, 1), (DpoLossType.Sft, 0.5)) { Smoothing = 0.1, Tau = 0.2 };
            if (type == DpoLossType.Sft) plain = plain with { Types = [(type, 1)] };
            yield return plain with { WeighsPairs = true };
            yield return plain with { WeighsPairs = true, TailWeight = 0.3 };
            if (!DpoTerm.Of(type, 1, 0.1, 1).TakesDivergence) continue;
            yield return plain with { Divergence = new(FDivergence.ForwardKl) };
            yield return plain with { Divergence = new(FDivergence.JensenShannon), WeighsPairs = true };
            yield return plain with { Divergence = new(FDivergence.Alpha, 0.3) };
        }
    }

    public static IEnumerable<DpoSettings> Make(Random random)
    {
        double Number() => 0.05 + (0.4 * random.NextDouble());
        DpoSettings Of(params (DpoLossType, double)[] types) => new(Number(), types) { Smoothing = Number(), Tau = Number() };

        foreach (DpoLossType type in Enum.GetValues<DpoLossType>()) yield return Of((type, Number()));
        foreach (DpoLossType type in new[] { DpoLossType.Sigmoid, DpoLossType.SigmoidNorm, DpoLossType.Ipo })
            yield return Of((type, 1), (DpoLossType.Sft, Number())) with { Divergence = new(FDivergence.JensenShannon) };
        yield return Of((DpoLossType.Sigmoid, Number()), (DpoLossType.BcoPair, Number()), (DpoLossType.Sft, 1));
        yield return Of((DpoLossType.Aot, Number()), (DpoLossType.AotUnpaired, Number())) with { TailWeight = Number() };
        yield return Of((DpoLossType.Sigmoid, 1)) with { LengthPenalty = Number() };
        foreach (SftNormalization normalization in Enum.GetValues<SftNormalization>())
            yield return Of((DpoLossType.SigmoidNorm, 1), (DpoLossType.Sft, 1)) with
            {
                TailWeight = Number(), SftNormalization = normalization,
            };
    }
}
