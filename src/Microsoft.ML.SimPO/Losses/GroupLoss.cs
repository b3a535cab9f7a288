namespace Microsoft.ML.SimPO.Losses;

/// <summary>A group's share of its step's loss.</summary>
/// <param name="Value">The share, its weight included.</param>
/// <param name="Derivatives">Of each answer: d Value / d log p of each of its tokens, whatever they count.</param>
internal readonly record struct GroupLoss(double Value, params double[] Derivatives)
{
    /// <summary>Of each answer: d Value / d <see cref="AnswerScore.Weighted"/>, which a token has times its weight; empty for none.</summary>
    public double[] WeightedDerivatives { get; init; } = [];

    /// <summary>d Value / d log p of each scored token of the prompt.</summary>
    public double PromptDerivative { get; init; }
}
