using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Which kernel computes an architecture's attention on a device.</summary>
internal static class AttentionKernels
{
    public static IAttentionKernel For(DecoderArchitecture architecture, Device device) =>
        device.type != DeviceType.CPU && architecture.AttentionSinks ? new ProductAttentionKernel(architecture.AttentionScale)
        : device.type == DeviceType.CPU && architecture.AttentionSoftCap is null ? OnCpu(architecture)
            : new ComposedAttentionKernel(architecture.AttentionScale, architecture.AttentionSoftCap);

    /// <summary>
    /// Where products have the whole width of the vectors they beat the fused kernel, which has a sixth of their rate. Sinks need its log-sum-exp.
    /// </summary>
    private static IAttentionKernel OnCpu(DecoderArchitecture architecture) =>
        MatrixProducts.Library == MatrixLibrary.OneDnn && !architecture.AttentionSinks ? new GroupedAttentionKernel(architecture.AttentionScale)
        : new FusedAttentionKernel(architecture.AttentionScale);
}
