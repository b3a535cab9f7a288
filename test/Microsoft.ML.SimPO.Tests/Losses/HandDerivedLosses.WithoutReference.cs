namespace Microsoft.ML.SimPO.Losses;

/// <content>Methods that know no reference model.</content>
internal static partial class HandDerivedLosses
{
    private static IEnumerable<HandDerivedLoss> AlphaPO =>
    [
        // Means -1 and -2, alpha 1/2: rewards 2 (1 - e^0.5) and 2 (1 - e), z = 2 (2 (e - e^0.5) - 0.25); slopes e^0.5 and e.
        new(new SimPOLoss(2, 0.25, alpha: 0.5), GroupScore.Pair(-2, 2, -6, 3), Alone,
            new(0.0226054053735789981, -0.0368519171319664442, 0.0405056930943676919)),

        // alpha -1 compares probabilities: z = e^-0.5 - e^-1.5; slopes e^-0.5 and e^-1.5.
        new(new SimPOLoss(1, 0, alpha: -1), GroupScore.Pair(-2, 4, -3, 2), Alone, new(0.519709973707504798, -0.0614577805896827758, 0.0452181079579392290)),
    ];

    private static IEnumerable<HandDerivedLoss> Cpo =>
    [
        // Sums -2 and -3, z = 0.5 (3 - 2): log(1 + e^-0.5), half of sigma(0.5) - 1; and the chosen answer's cross entropy, 2 / 4.
        new(new CpoLoss(0.5), GroupScore.Pair(-2, 4, -3, 2), Alone, new(0.974076984180106681, -0.438770334399072718, 0.188770334399072718)),

        // The hinge at the same z: 1 - 0.5; twice the cross entropy over the step's 10 tokens is 0.2 a token.
        new(new CpoLoss(0.5, CpoLossType.Hinge, nllWeight: 2, normalization: SftNormalization.StepTokens), GroupScore.Pair(-2, 4, -3, 2),
            new GroupContext(1, 0.1), new(0.9, -0.7, 0.5)),

        // IPO: means -0.5 and -1.5, (1 - 1/2)^2, twice a half over 4 and 2 tokens; a group that weighs a half has half of it.
        new(new CpoLoss(1, CpoLossType.Ipo, nllWeight: 0), GroupScore.Pair(-2, 4, -3, 2), new GroupContext(0.5), new(0.125, 0.125, -0.25)),

        // Equal answers, with smoothing: log 2 whatever the labels, and 0.5 - 0.9.
        new(new CpoLoss(2, labelSmoothing: 0.1, nllWeight: 0), GroupScore.Pair(-3, 3, -3, 1), Alone, new(Math.Log(2), -0.8, 0.8)),
    ];

    private static IEnumerable<HandDerivedLoss> Orpo =>
    [
        // p = 1/2 and 1/4, odds 1 and 1/3: o = log 3, sigma(o) = 3/4, so 1 - sigma is 1/4; through 1 / (1 - p) = 2 and 4/3. Five tokens of prompt and answer.
        new(new OrpoLoss(0.5), new GroupScore(new AnswerScore(-2 * Math.Log(2), 2), new AnswerScore(-3 * Math.Log(4), 3)) { Prompt = new(-3, 3) }, Alone,
            new(((3 + (2 * Math.Log(2))) / 5) - (0.5 * Math.Log(0.75)), -0.2 - 0.125, 0.125 / 0.75 / 3) { PromptDerivative = -0.2 }),

        // Equal answers of one token, p = 1/2: log 2, and half of beta through 1 / (1 - p) = 2; a tenth a token over the whole step.
        new(new OrpoLoss(1, SftNormalization.StepTokens),
            new GroupScore(new AnswerScore(-Math.Log(2), 1), new AnswerScore(-Math.Log(2), 1)) { Prompt = new(-4, 2) }, new GroupContext(0.25, 0.1),
            new((0.1 * (4 + Math.Log(2))) + (0.25 * Math.Log(2)), -0.1 - 0.25, 0.25) { PromptDerivative = -0.1 }),

        // The other way round: o = -log 3, sigma(o) = 1/4, and no prompt to score.
        new(new OrpoLoss(2), new GroupScore(new AnswerScore(-Math.Log(4), 1), new AnswerScore(-Math.Log(2), 1)), Alone,
            new(Math.Log(4) + (2 * Math.Log(4)), -1 - (1.5 / 0.75), 1.5 / 0.5) { PromptDerivative = -1 }),
    ];

    private static IEnumerable<HandDerivedLoss> SlicHf =>
    [
        // 2 + 2 - 3 is short by 1; half of the chosen answer's 2 nats.
        new(new SlicHfLoss(1, 2, 0.5), GroupScore.Pair(-2, 4, -3, 2), Alone, new(2, -1.5, 1)),

        // Beyond the margin the supervised term alone is left.
        new(new SlicHfLoss(1, 0.5, 0.5), GroupScore.Pair(-2, 4, -3, 2), Alone, new(1, -0.5, 0)),

        // Equal answers are short by the margin.
        new(new SlicHfLoss(3, 1.5, 0), GroupScore.Pair(-3, 1, -3, 7), new GroupContext(0.5), new(0.75, -0.5, 0.5)),
    ];

    private static IEnumerable<HandDerivedLoss> Rrhf =>
    [
        // Means -1.5 and -0.5, the wrong way round by 1; a tenth of the chosen answer's 3 nats.
        new(new RrhfLoss(1, 0.1), GroupScore.Pair(-3, 2, -2, 4), Alone, new(1.3, -0.6, 0.25)),

        // The right way round.
        new(new RrhfLoss(1, 0.5), GroupScore.Pair(-2, 4, -3, 2), new GroupContext(0.5), new(0.5, -0.25, 0)),

        // Three answers with means -1, -0.5 and -0.25: by 0.5, 0.75 and 0.25.
        new(new RrhfLoss(1, 0), new GroupScore(new AnswerScore(-2, 2), new AnswerScore(-0.5, 1), new AnswerScore(-1, 4)), Alone, new(1.5, -1, 0, 0.5)),
    ];

    private static IEnumerable<HandDerivedLoss> Reward =>
    [
        // Ahead by 1: log(1 + 1 / e), and 1 - sigma(1) each way.
        new(new RewardLoss(0), Rated(1.5, 0.5), Alone, new(0.31326168751822286, -0.2689414213699951, 0.2689414213699951)),

        // The same distance around 1.5, a tenth of the sum's square beside: 0.9, and 2 * 0.1 * 3 on both; of a group that weighs a quarter.
        new(new RewardLoss(0.1), Rated(2, 1), new GroupContext(0.25), new(0.30331542187955574, 0.08276464465750122, 0.21723535534249877)),

        // Equal, far below 0: log 2 and half of 36; half of the slope, and 2 * 0.5 * -6.
        new(new RewardLoss(0.5), Rated(-3, -3), Alone, new(Math.Log(2) + 18, -6.5, -5.5)),

        // Ahead by 1, which is what the data want: log 2, and half each way.
        new(new RewardLoss(0), new GroupScore(Rated(1.5, 0.5).Answers) { Margin = 1 }, Alone, new(Math.Log(2), -0.5, 0.5)),

        // The wrong way round by 2, but centred: only the first term pulls.
        new(new RewardLoss(10), Rated(-1, 1), Alone, new(2.1269280110429727, -0.8807970779778823, 0.8807970779778823)),
    ];

    private static IEnumerable<HandDerivedLoss> Sft =>
    [
        // A tenth of each token of the step; the other answer teaches nothing.
        new(new SftLoss(1), GroupScore.Pair(-2, 4, -3, 2), new GroupContext(0.5, 0.1), new(0.2, -0.1, 0)),

        // The mean over texts of the mean over tokens.
        new(new SftLoss(1, normalization: SftNormalization.Pair), new GroupScore(new AnswerScore(-2, 4)), new GroupContext(0.5), new(0.25, -0.125)),

        // Tokens with p = 1/2 and 1/4, each weighing as much: log 2 / 2 + log 4 / 4.
        new(new SftLoss(1, SftLossType.Dft), new GroupScore(new AnswerScore(-3 * Math.Log(2), 2) { Weighted = -Math.Log(2) }), new GroupContext(1, 0.5),
            new(0.5 * Math.Log(2), 0.0) { WeightedDerivatives = [-0.5] }),
    ];

    private static GroupScore Rated(double chosen, double rejected) => new(new AnswerScore(chosen, 1) { Rating = 1 }, new AnswerScore(rejected, 1));
}
