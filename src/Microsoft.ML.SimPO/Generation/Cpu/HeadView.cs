using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The weights of final norm and head, as memory.</summary>
internal sealed class HeadView(Decoder decoder) : IDisposable
{
    public NormView Norm { get; } = NormView.Of(decoder.FinalNorm.Weight, decoder.Architecture.NormAddsOne)!;

    public WeightView Head { get; } = new(decoder.Head);

    public void Dispose()
    {
        Norm.Dispose();
        Head.Dispose();
    }
}
