using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// What a run came to, to the last bit, as lines of the file that <c>SIMPO_FIGURES</c> names: two builds that compute the same write the same file on one
/// machine.
/// </summary>
internal static class Figures
{
    private static readonly Lock Guard = new();

    private static readonly string? Path = Environment.GetEnvironmentVariable("SIMPO_FIGURES");

    public static void Write(string run, IEnumerable<TrainingProgress> steps, Decoder decoder)
    {
        if (Path is null) return;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in decoder.Trainable)
        {
            using Tensor values = parameter.Value.cpu();
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.data<float>().ToArray().AsSpan()));
        }
        lock (Guard) File.AppendAllLines(Path, [run, .. steps.Select(Line), Convert.ToHexString(hash.GetHashAndReset())]);
    }

    private static string Line(TrainingProgress step)
    {
        double[] figures =
        [
            step.Step, step.Loss, step.GradientNorm, step.ChosenReward, step.RejectedReward, step.Margin, step.ChosenLogProbability,
            step.RejectedLogProbability,
        ];
        return string.Join(' ', figures.Select(f => f.ToString("R", CultureInfo.InvariantCulture)));
    }
}
