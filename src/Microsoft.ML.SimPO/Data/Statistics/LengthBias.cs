namespace Microsoft.ML.SimPO;

/// <summary>How far the length of an answer gives away which is the chosen one.</summary>
/// <param name="ChosenLonger">Share of pairs whose chosen answer is the longer one, 0 to 1.</param>
/// <param name="RejectedLonger">Share of pairs whose rejected answer is the longer one, 0 to 1.</param>
/// <param name="MeanDifference">Mean length of the chosen answers minus that of the rejected.</param>
public sealed record LengthBias(double ChosenLonger, double RejectedLonger, double MeanDifference)
{
    /// <summary>
    /// The accuracy that always naming the longer answer (or always the shorter, if that is better) would reach, 0.5 to 1; pairs of equal
    /// length count half.
    /// </summary>
    public double LengthOnlyAccuracy => Math.Max(ChosenLonger, RejectedLonger) + ((1 - ChosenLonger - RejectedLonger) / 2);
}
