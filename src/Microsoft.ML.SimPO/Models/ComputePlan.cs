using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Where and how a model is computed. Another plan takes other memory and time and rounds otherwise; what is computed is the same.</summary>
/// <param name="Device">Where weights, activations and the optimizer's state lie.</param>
/// <param name="Precision">In which numbers.</param>
internal sealed record ComputePlan(Device Device, ComputePrecision Precision)
{
    public const long DefaultLogitsBudget = 256L << 20;

    /// <summary>A micro-batch with more rows is run in several passes. At least 1.</summary>
    public int TokensPerPass { get; init; } = int.MaxValue;

    /// <summary>
    /// Compute activations again in the backward pass instead of keeping them: each layer keeps its input alone. Less memory, a third more time.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>Bytes that logits may take at a time in training.</summary>
    public long LogitsBudget { get; init; } = DefaultLogitsBudget;

    /// <summary>The processes that compute together; by default this one alone.</summary>
    public ICollective Collective { get; init; } = OneProcess.Alone;

    /// <summary>What the layers compute in.</summary>
    public ScalarType ComputeType => Precision == ComputePrecision.Mixed ? bfloat16 : float32;

    /// <summary>To count with alone: it names no device, so that libtorch is not loaded.</summary>
    public static ComputePlan ToCount(ComputePrecision precision) => new(null!, precision);

    /// <summary>What is usual on a device: float32 on the CPU, mixed precision elsewhere.</summary>
    public static ComputePlan On(Device device) => new(device, device.type == DeviceType.CPU ? ComputePrecision.Float32 : ComputePrecision.Mixed);

    /// <summary>That of a model in memory.</summary>
    public static ComputePlan Of(Decoder decoder) => new(decoder.Device, decoder.ComputeType == float32 ? ComputePrecision.Float32 : ComputePrecision.Mixed);
}
