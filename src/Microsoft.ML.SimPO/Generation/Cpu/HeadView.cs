using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The weights of final norm and head, as memory.</summary>
internal sealed class HeadView(Decoder decoder) : IDisposable
{
    public NormView Norm { get; } = NormView.Of(decoder.FinalNormParameters, decoder.Architecture)!;

    public WeightView Head { get; } = new(decoder.Head);

    public WeightView? Bias { get; } = WeightView.Of(decoder.HeadBias);

    public void Dispose()
    {
        Bias?.Dispose();
        Norm.Dispose();
        Head.Dispose();
    }
}
