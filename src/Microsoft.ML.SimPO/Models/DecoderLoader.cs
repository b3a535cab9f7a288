using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Makes a decoder of a Hugging Face folder: <c>config.json</c> says which, <c>*.safetensors</c> holds the weights.</summary>
internal static class DecoderLoader
{
    /// <summary>So many more tensors than twice those of the checkpoint are still listed one by one as missing.</summary>
    private const int Spare = 1000;

    /// <summary>Weights become float32 whatever they are stored in.</summary>
    /// <param name="notes">Takes sentences about fields and tensors that are there and not used; null for nobody.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It lacks a file.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be; tensors that are missing or misshapen are listed all at once.</exception>
    /// <exception cref="NotSupportedException">The family is not supported.</exception>
    public static Decoder Load(string folder, ComputePlan plan, ICollection<string>? notes = null) =>
        Load(ModelConfig.Load(folder), () => CheckpointReader.Open(folder), plan, notes);

    /// <summary>As is usual on this device.</summary>
    /// <inheritdoc cref="Load(string, ComputePlan, ICollection{string})"/>
    public static Decoder Load(string folder, Device device, ICollection<string>? notes = null) => Load(folder, ComputePlan.On(device), notes);

    /// <param name="config"><c>config.json</c>.</param>
    /// <param name="openWeights">Opens the weights, once the configuration is known to be right.</param>
    /// <param name="plan">How the decoder computes.</param>
    /// <param name="notes">Takes sentences about fields and tensors that are there and not used; null for nobody.</param>
    /// <inheritdoc cref="Load(string, ComputePlan, ICollection{string})"/>
    public static Decoder Load(ModelConfig config, Func<Checkpoint> openWeights, ComputePlan plan, ICollection<string>? notes = null)
    {
        bool isMultimodal = TextConfig.IsMultimodal(config);
        config = TextConfig.Of(config);
        ModelFamily family = ModelFamilies.Of(config);
        foreach (string note in ConfigCheck.Run(family, config)) notes?.Add(note);
        DecoderArchitecture architecture = family.Read(config);
        using Checkpoint weights = openWeights();
        if (isMultimodal) notes?.Add("The checkpoint is multimodal: its text part is computed, and what belongs to images stays as it is.");
        return Read(family, architecture, weights, plan, isMultimodal ? null : notes);
    }

    private static Decoder Read(ModelFamily family, DecoderArchitecture architecture, Checkpoint reader, ComputePlan plan, ICollection<string>? notes)
    {
        LayerNames names = family.NamesIn(reader);
        if (CheckTensors(reader, architecture, names) is { } note) notes?.Add(note);
        var decoder = new Decoder(architecture, names, CPU);
        try
        {
            if (notes is not null && reader is CheckpointReader folder) TellOfTwoValues(folder, decoder, notes);
            using (WeightLease lease = Parameter.EnterOwn(decoder.Parameters, WeightUse.Write))
                reader.ReadFloat32([.. decoder.Parameters.SelectMany(p => p.Parts.Select(part => new TensorTarget(part.Name, p.Address(part), part.Count)))]);
            if (plan.Device.type != DeviceType.CPU) decoder = MoveTo(decoder, plan.Device);
            if (plan.ComputeType != float32) decoder.ComputeIn(plan.ComputeType);
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Before anything is allocated: what the configuration says is compared with the header of the weights, which has a file behind it.</summary>
    /// <returns>A sentence about tensors that have no part in the model, or null.</returns>
    private static string? CheckTensors(Checkpoint reader, DecoderArchitecture architecture, LayerNames names)
    {
        long least = architecture.LeastTensors(names.ExpertLayout);
        if (least > Spare + (2L * reader.Tensors.Count))
            throw new InvalidDataException(FormattableString.Invariant(
                $"'{reader.Path}' holds {reader.Tensors.Count} tensors, but config.json asks for {architecture.Layers.Count} layers, ")
                + FormattableString.Invariant($"which have at least {least}."));
        if (architecture.RewardHead is not null && !reader.Tensors.ContainsKey(RewardHead.WeightName))
            throw new InvalidDataException($"'{reader.Path}' holds no '{RewardHead.WeightName}', but is a reward model by config.json (architectures: "
                + $"...{RewardHeadReader.Suffix}). To make one of a language model, tune that with `Trainers.Reward`.");
        Dictionary<string, long[]> expected = Decoder.ShapesOf(architecture, names);
        string? unused = UnusedTensors.Check(reader.Path, reader.Check(expected), expected.Keys, architecture.TiedHead ? names.Head + ".weight" : null);
        reader.CheckMemory(expected.Values);
        return unused;
    }

    /// <summary>A folder may hold twice what the configuration says there is one of; a saved model of our own does not.</summary>
    private static void TellOfTwoValues(CheckpointReader folder, Decoder decoder, ICollection<string> notes)
    {
        if (folder.Ambiguity is { } ambiguity) notes.Add(ambiguity);
        if (!decoder.Architecture.TiedHead) return;
        if (TiedHeads.Compare(folder, decoder.Embedding.Parts[0].Name, decoder.Names.Head + ".weight") is { } heads) notes.Add(heads);
    }

    private static Decoder MoveTo(Decoder source, Device device)
    {
        var target = new Decoder(source.Architecture, source.Names, device);
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(target.Parameters)) to.Set(from);
        source.Dispose();
        return target;
    }
}
