using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary><c>optimizer.safetensors</c>: both moments of every trained parameter, in float32 to the bit.</summary>
internal static class OptimizerFile
{
    public const string Name = "optimizer.safetensors";

    private const string First = "exp_avg.", Second = "exp_avg_sq.";

    public static void Write(string folder, AdamW optimizer) => TensorMemory.WriteFile(Path.Combine(folder, Name), optimizer.Moments.SelectMany(m =>
        TensorMemory.Sources(First, m.Parameter, () => m.First).Concat(TensorMemory.Sources(Second, m.Parameter, () => m.Second))));

    /// <param name="steps">Steps that the optimizer has done.</param>
    /// <exception cref="InvalidDataException">The file belongs to another model.</exception>
    public static void Read(string folder, AdamW optimizer, int steps)
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(Path.Combine(folder, Name));
        using WeightLease lease = Parameter.EnterOwn(optimizer.Moments.Select(m => m.Parameter), WeightUse.Write);
        TensorMemory.Read(reader, optimizer.Moments.SelectMany(m => new (Func<ParameterPart, string>, Parameter, torch.Tensor)[]
        {
            (part => First + part.Name, m.Parameter, m.First), (part => Second + part.Name, m.Parameter, m.Second),
        }));
        optimizer.StepCount = steps;
    }
}
