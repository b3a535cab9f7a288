namespace Microsoft.ML.SimPO;

/// <summary>How far the length of an answer gives away which is the chosen one.</summary>
public sealed record LengthBias
{
    internal LengthBias(double chosenLonger, double rejectedLonger, double meanDifference) =>
        (ChosenLonger, RejectedLonger, MeanDifference) = (chosenLonger, rejectedLonger, meanDifference);

    /// <summary>Share of pairs whose chosen answer is the longer one, 0 to 1.</summary>
    public double ChosenLonger { get; }

    /// <summary>Share of pairs whose rejected answer is the longer one, 0 to 1.</summary>
    public double RejectedLonger { get; }

    /// <summary>Mean length of the chosen answers minus that of the rejected.</summary>
    public double MeanDifference { get; }

    /// <summary>
    /// The accuracy that always naming the longer answer (or always the shorter, if that is better) would reach, 0.5 to 1; pairs of equal
    /// length count half.
    /// </summary>
    public double LengthOnlyAccuracy => Math.Max(ChosenLonger, RejectedLonger) + ((1 - ChosenLonger - RejectedLonger) / 2);
}
