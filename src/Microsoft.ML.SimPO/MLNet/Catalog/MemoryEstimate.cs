using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>How many bytes a model takes, counted tensor by tensor as the engine makes them. All is float32.</summary>
/// <param name="tokens">Rows of a micro-batch.</param>
internal sealed class MemoryEstimate(Decoder decoder, long tokens)
{
    private const long Float = sizeof(float);

    /// <summary>A chunk of logits while scoring.</summary>
    private const long ScoringLogits = 64L << 20;

    private readonly DecoderArchitecture _architecture = decoder.Architecture;

    private long Weights => Float * decoder.ParameterCount;

    /// <summary>Weights, the residual stream in and out of the widest layer, and that layer's temporaries.</summary>
    public long ToScore => Weights + (tokens * Float * ((3L * _architecture.HiddenSize) + Enumerable.Range(0, Layers).Max(Temporary))) + Logits(ScoringLogits);

    /// <param name="recompute">Whether only the layers' inputs are kept for the backward pass.</param>
    public long ToTrain(bool recompute)
    {
        long perToken = Enumerable.Range(0, Layers).Sum(i => _architecture.HiddenSize + (recompute ? 0 : Kept(i)));
        // The layer that goes backward has its activations, and gradients of about their size.
        perToken += Enumerable.Range(0, Layers).Max(i => (recompute ? Kept(i) : 0) + Temporary(i)) + (3L * _architecture.HiddenSize);
        return (4 * Weights) + (tokens * Float * perToken) + Logits(ResponseHead.DefaultBudget);
    }

    private int Layers => _architecture.Layers.Count;

    /// <summary>Float32 values a token that a layer keeps, but for the stream that comes in: see <see cref="LayerActivations"/>.</summary>
    private long Kept(int layer)
    {
        LayerArchitecture l = _architecture.Layers[layer];
        long taken = LayerActivations.Widths(_architecture, l).Sum();
        if (l.Experts is not null) return taken + (2 * Intermediate(layer));
        return _architecture.OutputNorms ? taken : taken - _architecture.HiddenSize; // whose output is the stream that comes into the next layer
    }

    /// <summary>Float32 values a token that exist at once while a layer computes: gate and up, their product, and rows that go in and come out.</summary>
    private long Temporary(int layer)
    {
        long attention = (2L * (_architecture.QuerySize + (2L * _architecture.KeyValueSize))) + _architecture.QuerySize;
        long routed = _architecture.Layers[layer].Experts is { } e ? 2L * e.PerToken * _architecture.HiddenSize : 0;
        return Math.Max(attention, (3 * Intermediate(layer)) + routed) + _architecture.HiddenSize;
    }

    /// <summary>Inner values of all experts that compute a token.</summary>
    private long Intermediate(int layer) =>
        _architecture.Layers[layer].Experts is { } experts ? (long)experts.PerToken * experts.IntermediateSize : _architecture.IntermediateSize;

    private long Logits(long budget) => Math.Min(budget, tokens * Float * _architecture.VocabularySize);
}
