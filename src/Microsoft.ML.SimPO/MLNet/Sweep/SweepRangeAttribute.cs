namespace Microsoft.ML.SimPO;

/// <summary>The range in which an option is worth searching, as AutoML's range attribute is for its own.</summary>
/// <param name="minimum">The least value.</param>
/// <param name="maximum">The greatest value.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SweepRangeAttribute(double minimum, double maximum) : Attribute
{
    /// <summary>The least value.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>The greatest value.</summary>
    public double Maximum { get; } = maximum;

    /// <summary>Whether values are drawn evenly on a logarithmic scale. Default false.</summary>
    public bool LogScale { get; init; }

    /// <summary>The place of the option, from 1, in what a sweep searches that is not told what; 0, the default, for one that is then left alone.</summary>
    public int DefaultOrder { get; init; }
}
