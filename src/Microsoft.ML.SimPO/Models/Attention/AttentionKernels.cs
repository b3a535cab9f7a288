using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Which kernel computes an architecture's attention on a device.</summary>
internal static class AttentionKernels
{
    public static IAttentionKernel For(DecoderArchitecture architecture, Device device) =>
        device.type != DeviceType.CPU && architecture.AttentionSinks ? new ProductAttentionKernel(architecture.AttentionScale)
        : device.type == DeviceType.CPU && architecture.AttentionSoftCap is null
            ? new FusedAttentionKernel(architecture.AttentionScale)
            : new ComposedAttentionKernel(architecture.AttentionScale, architecture.AttentionSoftCap);
}
