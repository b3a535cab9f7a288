using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Weights on their way to a file. Values are taken when their turn comes, one tensor at a time.</summary>
internal static class ParameterSources
{
    /// <summary>The model's weights without its adapter, under their Hugging Face names.</summary>
    public static IReadOnlyList<TensorSource> Base(Decoder decoder) =>
        Of(decoder.Parameters, p => p.Parts, (_, part) => part.Name, (p, part, sink) => Write(p.Base, part, sink));

    /// <summary>The model's weights with its adapter added to them: all that there are where it has none.</summary>
    public static IReadOnlyList<TensorSource> Merged(Decoder decoder) => Of(decoder.Parameters, p => p.Parts, (_, part) => part.Name, (parameter, part, sink) =>
    {
        if (parameter.TokenRows is { } rows)
        {
            using Tensor whole = rows.Merged();
            Write(whole, part, sink);
            return;
        }
        using Tensor? merged = parameter.Update?.Merged(parameter, part) ?? parameter.ExpertsUpdate?.Merged(parameter, part);
        if (merged is null) Write(parameter.Value, part, sink);
        else Write(merged, sink);
    });

    /// <summary>What an adapter holds, under PEFT's names.</summary>
    public static IReadOnlyList<TensorSource> Adapter(LoraAdapter adapter) =>
        Of(adapter.Parameters, LoraAdapter.PartsOf, LoraAdapter.NameOf, (p, part, sink) => Write(p.Value, part, sink));

    private static IReadOnlyList<TensorSource> Of(
        IEnumerable<Parameter> parameters, Func<Parameter, IEnumerable<ParameterPart>> parts, Func<Parameter, ParameterPart, string> name,
        Action<Parameter, ParameterPart, TensorSink> write) =>
        [.. parameters.SelectMany(p => parts(p).Select(part => new TensorSource(name(p, part), part.Shape, sink =>
        {
            using WeightLease lease = p.Enter(WeightUse.Read);
            write(p, part, sink);
        })))];

    private static void Write(Tensor value, ParameterPart part, TensorSink sink)
    {
        using Tensor rows = Parameter.View(value, part);
        Write(rows, sink);
    }

    /// <param name="rows">float32, contiguous</param>
    private static unsafe void Write(Tensor rows, TensorSink sink)
    {
        if (rows.device_type == DeviceType.CPU)
        {
            sink.Write((float*)Parameter.Address(rows), rows.numel());
            return;
        }
        using Tensor copy = rows.cpu();
        sink.Write((float*)Parameter.Address(copy), copy.numel());
    }
}
