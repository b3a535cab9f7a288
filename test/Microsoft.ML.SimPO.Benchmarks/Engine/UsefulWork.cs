using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Floating-point operations that a step on pairs cannot do without: 6 N P + 6 R D V + 6 sum(t^2) heads headDim L with N tokens (each prompt once), P weights
/// of the layers, R scored tokens, t = prompt + chosen + rejected of a pair. A forward pass alone takes a third.
/// </summary>
internal static class UsefulWork
{
    public static double OfStep(Decoder decoder, IReadOnlyList<EncodedPrompt> pairs) => 3 * OfForward(decoder, pairs);

    /// <summary>Frozen weights cost no gradient of their own: 4 in place of 6 for layers and head; A and B of an adapter 6 N each.</summary>
    public static double OfAdapterStep(Decoder decoder, IReadOnlyList<EncodedPrompt> pairs)
    {
        DecoderArchitecture a = decoder.Architecture;
        double attention = 2 * pairs.Sum(p => (double)p.PackedLength * p.PackedLength) * a.QuerySize * a.Layers.Count;
        double tokens = pairs.Sum(p => p.PackedLength), matrices = decoder.Adapter!.Matrices.Sum(p => p.Value.numel());
        return (2 * OfForward(decoder, pairs)) + attention + (6 * tokens * matrices);
    }

    public static double OfForward(Decoder decoder, IReadOnlyList<EncodedPrompt> pairs)
    {
        DecoderArchitecture a = decoder.Architecture;
        double layers = decoder.Layers.Sum(l => l.Parameters.All.Sum(p => p.Value.numel()));
        double tokens = pairs.Sum(p => p.PackedLength), scored = pairs.Sum(p => p.Chosen.Length + p.Rejected.Length);
        double squares = pairs.Sum(p => (double)p.PackedLength * p.PackedLength);
        int attending = a.Layers.Count(l => l.HasAttention);
        return 2 * ((tokens * layers) + (scored * a.HiddenSize * a.VocabularySize) + (squares * a.QuerySize * attending));
    }
}
