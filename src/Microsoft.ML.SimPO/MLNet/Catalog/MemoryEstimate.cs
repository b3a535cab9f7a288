using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;

namespace Microsoft.ML.SimPO;

/// <summary>How many bytes a model takes, counted tensor by tensor as the engine makes them.</summary>
/// <param name="architecture">What is computed.</param>
/// <param name="totals">Its numbers, and those of an adapter.</param>
/// <param name="plan">How. A pass has as many rows as it says.</param>
internal sealed class MemoryEstimate(DecoderArchitecture architecture, ParameterTotals totals, ComputePlan plan)
{
    private const long Float = sizeof(float);

    public MemoryEstimate(Decoder decoder, ComputePlan plan)
        : this(decoder.Architecture, ParameterTotals.Of(decoder), plan)
    {
    }

    /// <summary>Weights, the residual stream in and out of the widest layer, and that layer's temporaries.</summary>
    public long ToScore =>
        Weights + Logits(TargetLogProbabilities.ChunkBytes)
        + (plan.TokensPerPass * Number * ((3L * architecture.HiddenSize) + Enumerable.Range(0, Layers).Max(Temporary)));

    private int Layers => architecture.Layers.Count;

    private bool IsMixed => plan.Precision == ComputePrecision.Mixed;

    /// <summary>Bytes of a number of the activations.</summary>
    private long Number => IsMixed ? sizeof(ushort) : Float;

    /// <summary>All weights, those of an adapter among them, and the roundings that layers compute with.</summary>
    public long Weights => (Float * (totals.Model + totals.Adapter)) + (IsMixed ? Number * totals.Matrices : 0);

    /// <summary>Training with AdamW: what is trained has a gradient and two moments beside its value.</summary>
    /// <param name="keepsBest">Whether a copy of the best evaluation's weights is held, too.</param>
    public long ToTrain(bool keepsBest) => Parts(keepsBest).Total;

    /// <summary>The same by what it is for.</summary>
    /// <param name="keepsBest">Whether a copy of the best evaluation's weights is held, too.</param>
    public PlannedMemory Parts(bool keepsBest)
    {
        // The product that becomes a gradient exists once in the layers' own type where that is not the gradient's.
        long product = IsMixed ? Number * totals.Largest : 0, each = Float * totals.Trained;
        return new PlannedMemory
        {
            Weights = Weights,
            Gradients = each + product,
            Moments = 2 * each,
            BestModel = keepsBest ? each : 0,
            Activations = Activations,
            Head = Logits(plan.LogitsBudget),
        };
    }

    /// <summary>What the layers keep for the backward pass, and what the layer that goes backward needs.</summary>
    private long Activations
    {
        get
        {
            long perToken = Enumerable.Range(0, Layers).Sum(i => architecture.HiddenSize + (plan.Recompute ? 0 : Kept(i)));
            // The layer that goes backward has its activations, and gradients of about their size.
            perToken += Enumerable.Range(0, Layers).Max(i => (plan.Recompute ? Kept(i) : 0) + Temporary(i)) + (3L * architecture.HiddenSize);
            return plan.TokensPerPass * Number * perToken;
        }
    }

    /// <summary>Values a token that a layer keeps, but for the stream that comes in: see <see cref="LayerActivations"/>.</summary>
    private long Kept(int layer)
    {
        LayerArchitecture l = architecture.Layers[layer];
        long taken = LayerActivations.Widths(architecture, l).Sum();
        if (l.Experts is not null) return taken + (2 * Intermediate(layer));
        return architecture.OutputNorms ? taken : taken - architecture.HiddenSize; // whose output is the stream that comes into the next layer
    }

    /// <summary>Values a token that exist at once while a layer computes: gate and up, their product, and rows that go in and come out.</summary>
    private long Temporary(int layer)
    {
        long attention = (2L * (architecture.QuerySize + (2L * architecture.KeyValueSize))) + architecture.QuerySize;
        long routed = architecture.Layers[layer].Experts is { } e ? 2L * e.PerToken * architecture.HiddenSize : 0;
        return Math.Max(attention, (3 * Intermediate(layer)) + routed) + architecture.HiddenSize;
    }

    /// <summary>Inner values of all experts that compute a token.</summary>
    private long Intermediate(int layer) =>
        architecture.Layers[layer].Experts is { } experts
            ? ((long)experts.PerToken * experts.IntermediateSize) + experts.SharedSize
            : architecture.IntermediateSize;

    /// <summary>float32, and in mixed precision what the product gave beside them.</summary>
    private long Logits(long budget) =>
        Math.Min(budget, plan.TokensPerPass * Float * architecture.HeadSize) / Float * (IsMixed ? Float + Number : Float);
}
