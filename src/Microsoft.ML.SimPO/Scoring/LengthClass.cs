namespace Microsoft.ML.SimPO;

/// <summary>Pairs whose chosen answer is shorter than, as long as, or longer than the other one: what length has to do with the margin.</summary>
public sealed record LengthClass
{
    internal LengthClass(string name, long count, double accuracy, double meanMargin) =>
        (Name, Count, Accuracy, MeanMargin) = (name, count, accuracy, meanMargin);

    /// <summary>"chosen is shorter", "as long" or "chosen is longer", by characters.</summary>
    public string Name { get; }

    /// <summary>How many pairs.</summary>
    public long Count { get; }

    /// <summary>Share of them whose chosen answer has the higher reward, 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>Mean of chosen minus rejected reward.</summary>
    public double MeanMargin { get; }
}
