using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Work that uses a model's weights: they are there until it is disposed, also when the model is disposed meanwhile.</summary>
internal sealed class ModelLease(Decoder decoder, Action leave) : IDisposable
{
    private Action? _leave = leave;

    public Decoder Decoder { get; } = decoder;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
