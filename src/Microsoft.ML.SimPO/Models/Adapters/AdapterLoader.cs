using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>Attaches a LoRA adapter in PEFT layout to a decoder.</summary>
internal static class AdapterLoader
{
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It lacks a file.</exception>
    /// <exception cref="InvalidDataException">
    /// The adapter computes something this library does not, or does not fit the decoder; all faults are listed.
    /// </exception>
    public static void Load(Decoder decoder, string folder)
    {
        AdapterConfig config = AdapterConfig.Load(folder);
        using CheckpointReader reader = AdapterFolder.OpenWeights(folder);
        Load(decoder, config, reader);
    }

    /// <exception cref="InvalidDataException">The adapter does not fit the decoder; all faults are listed.</exception>
    public static void Load(Decoder decoder, AdapterConfig config, CheckpointReader reader)
    {
        AdapterLayout layout = AdapterLayout.Of(decoder, config, $"'{reader.Path}'", strict: false);
        // Before anything is allocated: a configuration may ask for any rank.
        IReadOnlyList<string> unknown = reader.Check(layout.Shapes(config));
        var faults = new Faults($"'{reader.Path}'");
        foreach (string name in unknown) faults.Add($"Tensor {Faults.Quote(name)} belongs to no module that the adapter's configuration names in this model.");
        faults.ThrowIfAny();
        foreach (Parameter parameter in decoder.Attach(config, layout).Parameters)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Write);
            foreach (ParameterPart part in parameter.Parts) Read(reader, LoraAdapter.NameOf(parameter, part), parameter, part);
        }
    }

    /// <summary>Attaches a copy of another decoder's adapter to one of the same architecture.</summary>
    public static void Copy(LoraAdapter source, Decoder target)
    {
        using DisposeScope scope = NewDisposeScope();
        LoraAdapter own = target.Attach(source.Config, AdapterLayout.Of(target, source.Config, "The adapter", strict: false));
        foreach ((Parameter to, Parameter from) in own.Parameters.Zip(source.Parameters))
        {
            using WeightLease reading = from.Enter(WeightUse.Read), writing = to.Enter(WeightUse.Write);
            to.Value.copy_(from.Value);
        }
    }

    private static unsafe void Read(CheckpointReader reader, string name, Parameter parameter, ParameterPart part)
    {
        if (parameter.Value.device_type == DeviceType.CPU)
        {
            reader.ReadFloat32(name, (float*)parameter.Address(part), part.Count);
            return;
        }
        using Tensor target = Parameter.View(parameter.Value, part), source = tensor(reader.ReadFloat32(name), part.Shape);
        target.copy_(source);
    }
}
