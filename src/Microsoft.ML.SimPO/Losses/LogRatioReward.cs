namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// DPO's (arXiv 2305.18290, equation 5): the scale times log p - log p of the reference model, a sum over the answer's tokens. LD-DPO (Liu et al. 2024, arXiv
/// 2409.06411, equation 9) gives the tokens beyond the length of the pair's shorter answer a weight of their own, in both.
/// </summary>
/// <param name="Scale">beta</param>
/// <param name="TailWeight">LD-DPO's weight, from 0 to 1; 1 for none.</param>
/// <param name="LengthPower">0 for the sum, 1 for the mean over the answer's tokens.</param>
[RewardName("log-probability over the reference")]
internal sealed record LogRatioReward(double Scale, double TailWeight = 1, double LengthPower = 0) : IReward
{
    public bool NeedsReference => true;

    public bool WeighsTokens => TailWeight != 1;

    public void Weigh(ReadOnlySpan<float> logProbabilities, int shortest, Span<float> weights) =>
        weights[Math.Min(shortest, weights.Length)..].Fill((float)TailWeight);

    public double Value(in AnswerScore answer) => answer.LogRatio / Math.Pow(answer.Count, LengthPower);
}
