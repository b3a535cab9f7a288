using Microsoft.ML.SimPO.Losses.Dpo;

namespace Microsoft.ML.SimPO.Losses;

/// <content>Methods with a reference model.</content>
internal static partial class HandDerivedLosses
{
    private const double Tail = 0.18242552380635634, SlopeAtTwo = 0.10499358540350652; // sigma(-1.5); sigma(2) sigma(-2)

    private static IEnumerable<HandDerivedLoss> Dpo =>
    [
        // Ratios 2 and -1, beta z = 0.5 * 3 = 1.5: log(1 + e^-1.5), and half of sigma(-1.5).
        new(new DpoLoss(new DpoSettings(0.5, (DpoLossType.Sigmoid, 1))), Pair(-4, -6, -9, -8), Alone, new(0.20141327798275241, -Tail / 2, Tail / 2)),

        // IPO's means over 2 and 4 tokens, 1 and -0.25, with beta 0.5: (1.25 - 1)^2 and 2 * 0.25 over the tokens; a group that weighs a quarter.
        new(new DpoLoss(new DpoSettings(0.5, (DpoLossType.Ipo, 1))), Pair(-4, -6, -9, -8), new GroupContext(0.25), new(0.0625 / 4, 0.5 / 8, -0.5 / 16)),

        // 0.8 of the hinge, max(0, 1 - 0.25 * 3), and 2 of the negative log-likelihood, which the step's 10 chosen tokens share: 0.2 + 0.2 * 4.
        new(
            new DpoLoss(new DpoSettings(0.25, (DpoLossType.Hinge, 0.8), (DpoLossType.Sft, 2)) { SftNormalization = SftNormalization.StepTokens }),
            Pair(-4, -6, -9, -8), new GroupContext(1, 0.1), new((0.8 * 0.25) + 0.8, -0.2 - 0.2, 0.2)),

        // R-DPO with alpha 0.25: beta z = 0.5 * 3 + 0.25 * (2 - 4) = 1, and beta times sigma(-1).
        new(
            new DpoLoss(new DpoSettings(0.5, (DpoLossType.Sigmoid, 1)) { LengthPenalty = 0.25 }), Pair(-4, -6, -9, -8), Alone,
            new(0.31326168751822281, -0.5 * 0.26894142136999512, 0.5 * 0.26894142136999512)),

        // WPO: weights e^(-4/2 + 3/2) = e^-0.5 and e^(-9/4 + 5/4) = e^-1 on the first point.
        new(
            new DpoLoss(new DpoSettings(0.5, (DpoLossType.Sigmoid, 1)) { WeighsPairs = true }), Pair(-4, -6, -9, -8, -3, -5), Alone,
            new(0.20141327798275241 * Math.Exp(-1.5), -Tail / 2 * Math.Exp(-1.5), Tail / 2 * Math.Exp(-1.5))),

        // LD-DPO: the weighted sums -3 and -7 over references -5 and -6 give the ratios 2 and -1; what is left of log p is the likelihood's alone.
        new(
            new DpoLoss(new DpoSettings(0.5, (DpoLossType.Sigmoid, 1), (DpoLossType.Sft, 1)) { TailWeight = 0.5 }),
            new GroupScore(
                new AnswerScore(-4, 2) { Weighted = -3, Reference = -5, Rating = 1 }, new AnswerScore(-9, 4) { Weighted = -7, Reference = -6 }),
            Alone, new(0.20141327798275241 + 2, -0.5, 0) { WeightedDerivatives = [-Tail / 2, Tail / 2] }),

        // The Jensen-Shannon measure of r = 2 and of r = 0: beta z = 0.5661..., with slopes sigma(-2) and 1/2.
        new(
            new DpoLoss(new DpoSettings(1, (DpoLossType.Hinge, 1)) { Divergence = new(FDivergence.JensenShannon) }), Pair(-4, -6, -8, -8), Alone,
            new(1 - 0.56621916951697281, -0.11920292202211756, 0.5)),

        // AOT: the second pair of two has the margin 5 - 3 = 2 and is matched with the reference's larger margin, 1.
        new(
            new DpoLoss(new DpoSettings(0.5, (DpoLossType.Aot, 1))), Pair(-3, -6, -5, -8), new GroupContext(0.5) { Index = 1, Totals = [-2, 1, 0, 0, 0, 0] },
            new(0.47407698418010668 / 2, -0.37754066879814543 / 4, 0.37754066879814543 / 4)),

        // AOT without pairs: chosen ratio 3 against the rejected 2; rejected ratio 3 against the chosen 4: both margins are 1.
        new(
            new DpoLoss(new DpoSettings(0.5, (DpoLossType.AotUnpaired, 1))), Pair(-3, -6, -5, -8),
            new GroupContext(0.5) { Index = 1, Totals = [0, 0, 0, 2, 0, 4] },
            new(0.47407698418010668 / 2, -0.37754066879814543 / 4, 0.37754066879814543 / 4)),
    ];

    private static IEnumerable<HandDerivedLoss> Kto =>
    [
        // r = 3, kl = 1, beta 0.5: 2 (1 - sigma(1)), a quarter of it.
        new(
            new KtoLoss(0.5, 2, 3), new GroupScore(Answer(-3, -6, 1), Answer(-9, -8, double.NaN)), new GroupContext(0.25) { Totals = [1] },
            new(0.13447071068499756, -0.049152983310370463, 0)),

        // An undesirable answer with r = -2: 3 (1 - sigma(0.5 (1 + 2))).
        new(
            new KtoLoss(0.5, 2, 3), new GroupScore(Answer(-8, -6, 0), Answer(-9, -8, double.NaN)), new GroupContext(0.25) { Totals = [1] },
            new(0.13681914285476726, 0.055929919526374821, 0)),

        // A pair without kl: the mean of 1 - sigma(beta r_c) = sigma(-2) and of sigma(beta r_r) = sigma(-2).
        new(
            new KtoLoss(1, 1, 1, KtoLossType.ApoZeroUnpaired), new GroupScore(Answer(-4, -6, 1), Answer(-10, -8, 0)), Alone,
            new(0.11920292202211756, -SlopeAtTwo / 2, SlopeAtTwo / 2)),
    ];

    /// <summary>A chosen answer of two tokens and a rejected one of four.</summary>
    private static GroupScore Pair(
        double chosen, double chosenReference, double rejected, double rejectedReference, double chosenSquares = 0, double rejectedSquares = 0) => new(
        new AnswerScore(chosen, 2) { Reference = chosenReference, Rating = 1, LogSquares = chosenSquares },
        new AnswerScore(rejected, 4) { Reference = rejectedReference, LogSquares = rejectedSquares });

    private static AnswerScore Answer(double sum, double reference, double rating) => new(sum, 3) { Reference = reference, Rating = rating };
}
