namespace Microsoft.ML.SimPO;

/// <summary>The range in which an option is worth searching, as AutoML's range attribute is for its own. <see cref="SweepSpace.Of"/> reads it.</summary>
/// <param name="minimum">The least value.</param>
/// <param name="maximum">The greatest value.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SweepRangeAttribute(double minimum, double maximum) : Attribute
{
    /// <summary>The least value.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>The greatest value.</summary>
    public double Maximum { get; } = maximum;

    /// <summary>Whether values are drawn evenly on a logarithmic scale. Default false.</summary>
    public bool LogScale { get; init; }
}
