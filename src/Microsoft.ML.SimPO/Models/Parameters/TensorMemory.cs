using Microsoft.ML.SimPO.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Float32 tensors in the shape of parameters, out to a file and back in, part by part under the checkpoint's names.</summary>
internal static class TensorMemory
{
    /// <param name="prefix">Put before the name of each part.</param>
    public static IEnumerable<TensorSource> Sources(string prefix, Parameter parameter, Func<Tensor> tensor) =>
        parameter.Parts.Select(part => new TensorSource(prefix + part.Name, part.Shape, sink => Write(parameter, tensor, part, sink)));

    /// <summary>Writes <see cref="Sources"/> to a safetensors file, in float32.</summary>
    public static void WriteFile(string path, IEnumerable<TensorSource> tensors)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        SafetensorsWriter.Write(stream, [.. tensors], CheckpointType.Float32);
    }

    /// <summary>Reads what <see cref="Sources"/> wrote without a prefix.</summary>
    /// <param name="into">Tensors in the shapes of their parameters, changed in place.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another size; all are named.</exception>
    public static void Read(Checkpoint reader, IEnumerable<(Parameter Parameter, Tensor Tensor)> into) =>
        Read(reader, into.Select(i => ((Func<ParameterPart, string>)(part => part.Name), i.Parameter, i.Tensor)));

    /// <summary>Reads what <see cref="Sources"/> wrote.</summary>
    /// <param name="into">Tensors in the shapes of their parameters, changed in place, and what a part is called; nothing for one that stays as it is.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another size; all are named.</exception>
    public static void Read(Checkpoint reader, IEnumerable<(Func<ParameterPart, string> Name, Parameter Parameter, Tensor Tensor)> into)
    {
        using DisposeScope scope = NewDisposeScope();
        List<TensorTarget> targets = [];
        List<(Tensor Device, Tensor Host)> copies = [];
        foreach ((Func<ParameterPart, string> name, Parameter parameter, Tensor tensor) in into)
        {
            Tensor host = tensor;
            if (tensor.device_type != DeviceType.CPU) copies.Add((tensor, host = empty(tensor.shape, float32, CPU)));
            targets.AddRange(parameter.Parts.Where(part => name(part).Length > 0)
                .Select(part => new TensorTarget(name(part), Address(host, part), part.Count)));
        }
        reader.ReadFloat32(targets);
        foreach ((Tensor device, Tensor host) in copies) device.copy_(host);
    }

    private static unsafe void Write(Parameter parameter, Func<Tensor> of, ParameterPart part, TensorSink sink)
    {
        using WeightLease lease = parameter.Enter(WeightUse.Read);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Parameter.View(of(), part);
        if (rows.device_type != DeviceType.CPU) rows = rows.cpu();
        sink.Write((float*)Parameter.Address(rows), part.Count);
    }

    private static nint Address(Tensor tensor, ParameterPart part)
    {
        using Tensor rows = Parameter.View(tensor, part);
        return Parameter.Address(rows);
    }
}
