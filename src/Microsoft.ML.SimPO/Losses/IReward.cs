namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// What a method takes an answer to be worth: a number that can be compared between answers to the same prompt. It is all that a saved model keeps of a loss,
/// so an implementation has a <see cref="RewardNameAttribute"/> and is a record of nothing but numbers.
/// </summary>
internal interface IReward : ITokenScoring
{
    /// <summary>The method's own factor, above 0.</summary>
    double Scale { get; }

    /// <summary>The reward over <see cref="Scale"/>.</summary>
    double Value(in AnswerScore answer);

    double Of(in AnswerScore answer) => Scale * Value(answer);
}
