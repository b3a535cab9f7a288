namespace Microsoft.ML.SimPO.Native;

/// <summary>A process alone: its own numbers are the sums.</summary>
internal sealed class OneProcess : ICollective
{
    private OneProcess()
    {
    }

    public static OneProcess Alone { get; } = new();

    public void Sum(Span<double> values)
    {
    }
}
