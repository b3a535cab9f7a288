using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>
/// The trained weights in a checkpoint of a run: those of the model itself where all of it is trained, else a file of their own, as for adapters, whose
/// base stays where it is.
/// </summary>
internal static class TrainedWeights
{
    public const string Name = "trained.safetensors";

    public static void Write(string folder, IEnumerable<Parameter> trained) =>
        TensorMemory.WriteFile(Path.Combine(folder, Name), trained.SelectMany(p => TensorMemory.Sources("", p, () => p.Value)));

    /// <summary>Gives the parameters what the checkpoint holds of them.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of another model.</exception>
    public static void Read(string folder, IReadOnlyList<Parameter> trained)
    {
        using WeightLease lease = Parameter.EnterOwn(trained, WeightUse.Write);
        Read(folder, trained.Select(p => (p, p.Value)));
    }

    /// <summary>Gives tensors what the checkpoint holds of parameters of the same shapes.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of another model.</exception>
    public static void Read(string folder, IEnumerable<(Parameter Parameter, Tensor Tensor)> into)
    {
        string own = Path.Combine(folder, Name);
        using CheckpointReader reader = File.Exists(own) ? CheckpointReader.OpenFile(own) : CheckpointReader.Open(folder);
        TensorMemory.Read(reader, into);
    }
}
