using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>
/// One token of each of a few sequences through the decoder, on the weights where they lie in memory, those that an adapter adds to as sums made for the call.
/// That is limited by reading the weights, so each is read once a step for all rows, by all threads. No row's results depend on the others, to the last bit.
/// </summary>
internal abstract class CpuStep : IDisposable
{
    /// <summary>Bytes of weights that a thread takes at a time: long enough to pay for taking it, short enough that nobody waits long for the last.</summary>
    protected const int BytesOfItem = 128 << 10;

    /// <summary>Whether it computes all that a decoder does.</summary>
    public static bool Supports(Decoder decoder)
    {
        DecoderArchitecture a = decoder.Architecture;
        return decoder.Device.type == TorchSharp.DeviceType.CPU
            && (a.GatedMlp ? a.Activation is Activation.Silu or Activation.GeluTanh : a.Activation is not (Activation.Silu or Activation.Gelu))
            && a.Layers.All(l => l.Experts is null && l.IsUsual)
            && !a.OutputGate && !a.AttentionSinks && !a.ValueNorm && !a.LayerScalar && decoder.Embedding.TokenRows is null && a.PerLayerInput is null
            && decoder.ComputeType == TorchSharp.torch.ScalarType.Float32;
    }

    /// <summary>With the widest registers of this processor.</summary>
    public static CpuStep Of(Decoder decoder, ThreadTeam team) =>
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? new CpuStep<Lanes512, System.Runtime.Intrinsics.Vector512<float>>(decoder, team)
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? new CpuStep<Lanes256, System.Runtime.Intrinsics.Vector256<float>>(decoder, team)
        : new CpuStep<Lanes128, System.Runtime.Intrinsics.Vector128<float>>(decoder, team);

    /// <summary>Puts the tokens' keys and values into the caches and their logits into <see cref="CpuBuffers.Logits"/>.</summary>
    /// <param name="ids">The next token of each row.</param>
    /// <param name="caches">What is before it.</param>
    public abstract void Advance(IReadOnlyList<int> ids, IReadOnlyList<SequenceCache> caches, CpuBuffers buffers, CancellationToken cancellationToken);

    /// <summary>Logits of rows of <see cref="CpuBuffers.Stream"/>, before the final norm.</summary>
    public abstract void Head(int rows, CpuBuffers buffers);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
