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
    public static void Load(Decoder decoder, AdapterConfig config, Checkpoint reader)
    {
        AdapterLayout layout = AdapterLayout.Of(decoder, config, $"'{reader.Path}'", strict: false);
        // Before anything is allocated: a configuration may ask for any rank.
        IReadOnlyList<string> unknown = reader.Check(layout.Shapes(config));
        var faults = new Faults($"'{reader.Path}'");
        foreach (string name in unknown) faults.Add($"Tensor {Faults.Quote(name)} belongs to no module that the adapter's configuration names in this model.");
        faults.ThrowIfAny();
        Read(reader, decoder.Attach(config, layout).Parameters);
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

    /// <summary>All in one call, which reads them in the order in which they lie: a stream can be read once.</summary>
    private static void Read(Checkpoint reader, IReadOnlyList<Parameter> parameters)
    {
        using WeightLease lease = Parameter.EnterOwn(parameters, WeightUse.Write);
        using DisposeScope scope = NewDisposeScope();
        List<TensorTarget> targets = [];
        List<(Tensor To, Tensor From)> copies = [];
        foreach (Parameter parameter in parameters)
        {
            foreach (ParameterPart part in parameter.Parts)
            {
                string name = LoraAdapter.NameOf(parameter, part);
                if (parameter.Value.device_type == DeviceType.CPU)
                {
                    targets.Add(new TensorTarget(name, parameter.Address(part), part.Count));
                    continue;
                }
                Tensor host = empty(part.Shape, ScalarType.Float32, CPU);
                targets.Add(new TensorTarget(name, Parameter.Address(host), part.Count));
                copies.Add((Parameter.View(parameter.Value, part), host));
            }
        }
        reader.ReadFloat32(targets);
        foreach ((Tensor to, Tensor from) in copies) to.copy_(from);
    }
}
