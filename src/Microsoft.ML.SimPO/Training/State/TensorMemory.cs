using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>Float32 tensors in the shape of parameters, out to a file and back in, part by part under the checkpoint's names.</summary>
internal static class TensorMemory
{
    /// <param name="prefix">Put before the name of each part.</param>
    public static IEnumerable<TensorSource> Sources(string prefix, Parameter parameter, Func<Tensor> tensor) =>
        parameter.Parts.Select(part => new TensorSource(prefix + part.Name, part.Shape, sink => Write(parameter, tensor, part, sink)));

    /// <summary>Reads what <see cref="Sources"/> wrote.</summary>
    /// <param name="into">Tensors in the shapes of their parameters; changed in place.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another size; all are named.</exception>
    public static void Read(CheckpointReader reader, IEnumerable<(string Prefix, Parameter Parameter, Tensor Tensor)> into)
    {
        using DisposeScope scope = NewDisposeScope();
        List<TensorTarget> targets = [];
        List<(Tensor Device, Tensor Host)> copies = [];
        foreach ((string prefix, Parameter parameter, Tensor tensor) in into)
        {
            Tensor host = tensor;
            if (tensor.device_type != DeviceType.CPU) copies.Add((tensor, host = empty(tensor.shape, float32)));
            targets.AddRange(parameter.Parts.Select(part => new TensorTarget(prefix + part.Name, Address(host, part), part.Count)));
        }
        reader.ReadFloat32(targets);
        foreach ((Tensor device, Tensor host) in copies) device.copy_(host);
    }

    private static unsafe void Write(Parameter parameter, Func<Tensor> of, ParameterPart part, TensorSink sink)
    {
        using WeightLease lease = parameter.Enter(WeightUse.Read);
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = of(), host = tensor.device_type == DeviceType.CPU ? tensor : tensor.cpu();
        sink.Write((float*)Address(host, part), part.Count);
    }

    /// <summary>Where the rows of a part lie. A row's span is enough: rows follow each other, and a whole tensor may be longer than a span.</summary>
    private static unsafe nint Address(Tensor tensor, ParameterPart part)
    {
        using Tensor row = tensor.narrow(0, part.FirstRow, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(row.bytes));
    }
}
