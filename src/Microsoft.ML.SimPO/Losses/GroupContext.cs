namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a prompt with its answers weighs in its step, known before the step's first backward pass.</summary>
/// <param name="Weight">The factor of a group's own loss: 1 / (groups in the step) where each weighs the same.</param>
/// <param name="TokenWeight">The factor of a token's negative log-probability in a token mean; 0 where no term uses it.</param>
internal readonly record struct GroupContext(double Weight, double TokenWeight = 0)
{
    /// <summary>The group's place in the step.</summary>
    public int Index { get; init; }

    /// <summary>The factor of a token's negative log-probability in a cross entropy.</summary>
    /// <param name="count">The group's tokens that it is taken of.</param>
    public double PerToken(SftNormalization normalization, int count) => normalization == SftNormalization.Pair ? Weight / count : TokenWeight;

    /// <summary>Of the whole step; empty for a loss that needs none.</summary>
    public double[] Totals { get; init; } = [];
}
