namespace Microsoft.ML.SimPO.Losses;

/// <summary>Three points or more of every loss of the library.</summary>
internal static partial class HandDerivedLosses
{
    private static readonly GroupContext Alone = new(1);

    public static IEnumerable<HandDerivedLoss> All => [.. SimPO, .. AlphaPO, .. Cpo, .. Orpo, .. SlicHf, .. Rrhf, .. Sft, .. Reward, .. Dpo, .. Kto];

    private static IEnumerable<HandDerivedLoss> SimPO =>
    [
        // Means -0.5 and -1.5, beta u = 2.5 (1 - 0.4) = 1.5: log(1 + e^-1.5), and 2.5 (sigma(1.5) - 1) over 4 and -2 tokens.
        new(new SimPOLoss(2.5, 0.4), GroupScore.Pair(-2, 4, -3, 2), Alone,
            new(0.20141327798275246, 2.5 * -0.18242552380635635 / 4, 2.5 * 0.18242552380635635 / 2)),

        // Equal means without a target margin: log 2, and half of beta; a group that weighs a quarter has a quarter of everything.
        new(new SimPOLoss(2, 0), GroupScore.Pair(-3, 3, -4, 4), new GroupContext(0.25), new(0.25 * Math.Log(2), -0.25 / 3, 0.25 / 4)),

        // beta u = 2 (0.5 - 0.375) = 0.25 is inside the hinge's margin: 0.75, and beta over 2 and 4 tokens.
        new(new SimPOLoss(2, 0.375, SimPOLossType.Hinge), GroupScore.Pair(-1, 2, -4, 4), Alone, new(0.75, -1, 0.5)),

        // Beyond the margin the supervised term alone is left: 3 times the chosen answer's sum over the step's 10 tokens.
        new(new SimPOLoss(2, 0, SimPOLossType.Hinge, sftWeight: 3, sftNormalization: SftNormalization.StepTokens), GroupScore.Pair(-1, 2, -8, 2),
            new GroupContext(0.5, 0.1), new(0.3, -0.3, 0)),
    ];
}
