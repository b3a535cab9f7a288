namespace Microsoft.ML.SimPO;

/// <summary>Hears on the thread that reports, not later as <see cref="Progress{T}"/> does.</summary>
internal sealed class Listener<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
