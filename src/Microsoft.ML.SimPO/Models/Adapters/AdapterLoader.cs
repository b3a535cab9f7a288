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
        if (LaterNames.AreIn(reader, decoder.Names.Prefix)) config = config with { HasLaterNames = true };
        AdapterLayout layout = AdapterLayout.Of(decoder, config, $"'{reader.Path}'", strict: false);
        // Before anything is allocated: a configuration may ask for any rank.
        IReadOnlyDictionary<string, long[]> shapes = layout.Shapes();
        IReadOnlyList<string> unknown = reader.Check(shapes);
        var faults = new Faults($"'{reader.Path}'");
        foreach (string name in unknown) faults.Add($"Tensor {Faults.Quote(name)} belongs to no module that the adapter's configuration names in this model.");
        faults.ThrowIfAny();
        reader.CheckMemory(shapes.Values);
        Read(reader, decoder.Attach(layout).Parameters);
    }

    /// <summary>Attaches a copy of another decoder's adapter to one of the same architecture.</summary>
    public static void Copy(LoraAdapter source, Decoder target)
    {
        using DisposeScope scope = NewDisposeScope();
        LoraAdapter own = target.Attach(AdapterLayout.Of(target, source.Config, "The adapter", strict: false));
        foreach ((Parameter to, Parameter from) in own.Parameters.Zip(source.Parameters)) to.Set(from);
    }

    /// <summary>All in one call, which reads them in the order in which they lie: a stream can be read once.</summary>
    private static void Read(Checkpoint reader, IReadOnlyList<Parameter> parameters)
    {
        using WeightLease lease = Parameter.EnterOwn(parameters, WeightUse.Write);
        TensorMemory.Read(reader, parameters.Select(p => (NamesOf(p), p, p.Value)));
    }

    /// <summary>Nothing for parts that an adapter's file does not hold.</summary>
    private static Func<ParameterPart, string> NamesOf(Parameter parameter) =>
        part => LoraAdapter.PartsOf(parameter).Contains(part) ? LoraAdapter.NameOf(parameter, part) : "";
}
