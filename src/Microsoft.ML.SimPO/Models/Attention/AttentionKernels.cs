using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Which kernel computes an architecture's attention on a device.</summary>
internal static class AttentionKernels
{
    /// <summary>Of whole sequences, one at a time. Products of the vectors' whole width beat the fused kernel, which has a sixth of their rate.</summary>
    public static IAttentionKernel OfSequences(DecoderArchitecture architecture, Device device) =>
        device.type == DeviceType.CPU && !architecture.AttentionSinks && architecture.AttentionSoftCap is null
            && MatrixProducts.Library == MatrixLibrary.OneDnn
            ? new GroupedAttentionKernel(architecture.AttentionScale)
            : OfTokens(architecture, device);

    /// <summary>Of one query each of many sequences, too: reading the keys bounds it, not their products.</summary>
    public static IAttentionKernel OfTokens(DecoderArchitecture architecture, Device device) =>
        device.type != DeviceType.CPU && architecture.AttentionSinks ? new ProductAttentionKernel(architecture.AttentionScale)
        : device.type == DeviceType.CPU && architecture.AttentionSoftCap is null
            ? new FusedAttentionKernel(architecture.AttentionScale)
            : new ComposedAttentionKernel(architecture.AttentionScale, architecture.AttentionSoftCap);
}
