namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>A term that looks at the margin z between both ratios alone.</summary>
internal abstract record MarginTerm : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        (double value, double slope) = Of(ratios.ChosenMargin);
        return new TermLoss(value, slope, ratios.RejectedMargin == ratios.ChosenMargin ? -slope : -Of(ratios.RejectedMargin).Slope);
    }

    /// <summary>Value and slope at z.</summary>
    protected abstract (double Value, double Slope) Of(double z);
}
