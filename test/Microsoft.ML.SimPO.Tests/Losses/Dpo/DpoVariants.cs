namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// Every kind of DPO with numbers from the ranges of its options, but for weights of pairs, constants that follow from the log-probabilities themselves, so
/// that differences would see them move, and for divergences with exponentials, whose values are too large for differences at any ratio.
/// </summary>
internal static class DpoVariants
{
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
