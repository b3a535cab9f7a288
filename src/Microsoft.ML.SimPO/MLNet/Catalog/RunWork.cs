using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>What the steps of a run compute and move, without its evaluations and checkpoints.</summary>
/// <param name="Products">Floating-point operations of products with weights.</param>
/// <param name="Attention">Those of attention, whose kernels are slower.</param>
/// <param name="Bytes">What passes through memory beside the products: norms, activations, logits, the optimizer.</param>
/// <param name="Calls">Operations that are called, each of which takes its time whatever it does.</param>
/// <param name="Shape">Rows, inner size and columns of a typical product.</param>
internal sealed record RunWork(double Products, double Attention, double Bytes, double Calls, (long Rows, long Inner, long Columns) Shape)
{
    // Of the layers' own operations, both ways; of the head and around the layers; of the optimizer for each weight.
    private const double CallsPerLayer = 120, CallsPerPass = 60, CallsPerWeight = 4;

    /// <summary>An optimizer's step reads and writes weight, gradient and moments, and the gradient twice more: for its norm, and to be zero again.</summary>
    private const double BytesPerWeight = 36;

    /// <param name="decoder">Described, with the adapter that is trained where there is one.</param>
    /// <param name="data">What is learned from, with what a forward and backward pass has of it at most.</param>
    /// <param name="epochs">How often it is gone through, fractions too.</param>
    public static RunWork Of(
        Decoder decoder, IReadOnlyList<EncodedPrompt> data, int tokensPerPass, double epochs, double steps, bool recomputes, bool needsReference)
    {
        DecoderArchitecture a = decoder.Architecture;
        double tokens = epochs * data.Sum(p => (double)p.PackedLength), scored = epochs * data.Sum(p => p.Answers.Sum(answer => (double)answer.Length));
        double seen = epochs * data.Sum(Seen), adapted = decoder.Adapter?.ParameterCount ?? 0;
        double weights = decoder.Layers.Sum(layer => layer.Parameters.All.Sum(w => Share(layer, w) * w.Count));
        double trained = decoder.Adapter is null ? decoder.ParameterCount : adapted;
        // Forward, and backward for inputs; for weights that are trained; forward again.
        double ways = 4 + (decoder.Adapter is null ? 2 : 0) + (recomputes ? 2 : 0);
        double products = (ways * tokens * weights) + (6 * tokens * adapted) + ((decoder.Adapter is null ? 6 : 4) * scored * a.HeadSize * a.HiddenSize);
        double attention = a.Layers.Sum(l => l.HasAttention ? 4.0 * a.QuerySizeOf(l) : 0) * seen * (recomputes ? 4.5 : 3.5);
        double elements = a.Layers.Sum(l => (40.0 * a.HiddenSize) + (12.0 * a.QuerySizeOf(l)) + (13.0 * Intermediate(a, l))) * tokens;
        double passes = Math.Max(steps, tokens / Math.Max(1, tokensPerPass)), count = decoder.Trainable.Count;
        double bytes = sizeof(float) * (elements + (7.0 * scored * a.HeadSize));
        double calls = (passes * ((CallsPerLayer * a.Layers.Count) + CallsPerPass)) + (steps * CallsPerWeight * count);
        double reference = needsReference ? 1.0 / 3 : 0; // a second model's forward pass
        return new RunWork(
            products * (1 + reference), attention * (1 + reference), (bytes * (1 + reference)) + (steps * BytesPerWeight * trained), calls * (1 + reference),
            (Math.Min(tokensPerPass, (long)(tokens / Math.Max(1, passes)) + 1), a.HiddenSize, Math.Max(a.HiddenSize, 2L * a.IntermediateSize)));
    }

    public double Seconds(ComputeRates rates) =>
        (Products / rates.OperationsPerSecond) + (Attention / (ComputeRates.AttentionShare * rates.OperationsPerSecond))
        + (Bytes / rates.BytesPerSecond) + (Calls * rates.SecondsPerCall);

    /// <summary>Of a prompt with its answers, over all queries the keys that they see.</summary>
    private static double Seen(EncodedPrompt prompt)
    {
        double shared = prompt.SharedPrefixLength;
        return (shared * shared / 2) + prompt.Answers.Sum(answer => (answer.Ids.Length - shared) * (shared + ((answer.Ids.Length - shared) / 2)));
    }

    /// <summary>Of a weight of a layer, how much of it a token goes through.</summary>
    private static double Share(DecoderLayer layer, Parameter weight)
    {
        bool isExpert = weight.Kind == ParameterKind.Experts || layer.Parameters.Experts?.Singles.Contains(weight) == true;
        if (isExpert) return (double)layer.Parameters.Experts!.Architecture.PerToken / layer.Parameters.Experts.Architecture.Count;
        return weight.Kind == ParameterKind.Projection ? 1 : 0;
    }

    private static double Intermediate(DecoderArchitecture a, LayerArchitecture layer) =>
        layer.Experts is { } experts ? ((double)experts.PerToken * experts.IntermediateSize) + experts.SharedSize : a.IntermediateSizeOf(layer);
}
