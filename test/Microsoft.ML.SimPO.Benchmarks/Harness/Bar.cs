namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What a figure should reach.</summary>
internal sealed record Bar(string Name, double Value, double Limit, bool AtMost = false)
{
    public bool Met => AtMost ? Value <= Limit : Value >= Limit;
}
