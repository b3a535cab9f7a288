using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Bytes that a step holds at its peak: weight, gradient and two moments of every parameter; what each layer keeps of a token until its backward pass; the
/// working memory of the widest place, which is the head's logits or a layer's backward pass; and the program itself.
/// </summary>
internal static class StepMemory
{
    private const double Program = 350e6; // .NET, libtorch, and its thread pools' buffers

    public static double Predict(Decoder decoder, IReadOnlyList<EncodedPrompt> pairs)
    {
        DecoderArchitecture a = decoder.Architecture;
        double tokens = pairs.Sum(p => p.PackedLength), scored = pairs.Sum(p => p.Chosen.Length + p.Rejected.Length);
        double queryKeyValue = a.QuerySize + (2.0 * a.KeyValueSize);
        double kept = a.HiddenSize + queryKeyValue + a.QuerySize + a.HeadCount + 1 + (2 * a.IntermediateSize); // input; q, k, v; attention; gate, up
        double backward = tokens * ((2 * a.IntermediateSize) + (8 * a.HiddenSize)); // gated, its gradient; the stream's, and holes between such pieces
        double head = Math.Min(ResponseHead.DefaultBudget / 4.0, (double)a.VocabularySize * pairs.Max(p => p.Chosen.Length + p.Rejected.Length))
            + (scored * 4 * a.HiddenSize) + (2 * tokens * a.HiddenSize);
        return Program + (16.0 * decoder.ParameterCount) + (4 * ((tokens * a.Layers.Count * kept) + Math.Max(backward, head)));
    }
}
