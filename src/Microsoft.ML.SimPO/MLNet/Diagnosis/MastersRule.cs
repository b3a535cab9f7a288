using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Whether another trainer's run has trained 16-bit weights without 32-bit ones behind them. A checkpoint tells it by the type of its weights where the
/// optimizer's state lies beside them as one file: then PyTorch's optimizer has moved those very numbers. Sharded trainers (DeepSpeed, FSDP) have other
/// files, and write 16-bit weights of runs that keep 32-bit ones.
/// </summary>
internal static class MastersRule
{
    private const string OptimizerName = "optimizer.pt";

    /// <summary>Half of a step from one bfloat16 to the next is at least this share of the number.</summary>
    private const double LeastShare = 1.0 / 512;

    /// <summary>Parts of a model that are not trained may well be bfloat16.</summary>
    private const double Most = 0.5;

    /// <param name="log">A log's path; the checkpoint is its folder, or the newest one in it.</param>
    /// <param name="rate">The largest learning rate of the run.</param>
    /// <param name="step">The last step.</param>
    /// <returns>Null where all is well, or nothing tells.</returns>
    public static TrainingDiagnosis? Look(string log, double rate, int step)
    {
        if (rate <= 0 || CheckpointOf(Path.GetDirectoryName(log)!) is not { } folder || ShareOf16Bits(folder) is not (> Most and var share)) return null;
        double most = rate / LeastShare;
        return new TrainingDiagnosis(step, TrainingSymptom.WeightsRounded, true, share, FormattableString.Invariant(
            $"{share:P0} of the weights in '{Path.GetFileName(folder)}' are bfloat16, and the optimizer's state is of these: a step of {rate:G2} is lost ")
            + FormattableString.Invariant($"on every weight beyond {most:G2}, for it is less than half of what lies between two such numbers there."))
        {
            Limit = Most,
            Cause = "The model was loaded in bfloat16, and no 32-bit weights were kept behind it.",
            Remedy = "torch_dtype: float32\nbf16: true # computes in bfloat16, keeps float32",
        };
    }

    private static string? CheckpointOf(string folder)
    {
        IEnumerable<string> folders =
            RunFolders.CheckpointsIn(folder).Reverse().Select(s => Path.Combine(folder, RunFolders.CheckpointName(s))).Prepend(folder);
        return folders.FirstOrDefault(f => File.Exists(Path.Combine(f, OptimizerName)));
    }

    /// <summary>Null where there are no weights that can be looked at.</summary>
    private static double? ShareOf16Bits(string folder)
    {
        try
        {
            bool isAdapter = File.Exists(Path.Combine(folder, AdapterFolder.WeightsName));
            using CheckpointReader reader = isAdapter ? AdapterFolder.OpenWeights(folder) : CheckpointReader.Open(folder);
            double all = reader.Tensors.Values.Sum(t => (double)t.Count);
            return all == 0 ? null : reader.Tensors.Values.Where(t => t.Type == CheckpointType.BFloat16).Sum(t => (double)t.Count) / all;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null; // what is wrong with them is not the log's matter
        }
    }
}
