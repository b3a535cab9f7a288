using System.Numerics.Tensors;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>
/// The probabilities of the tokens that temperature, top-k, top-p and min-p leave. Where the limits of top-k and top-p lie is found by counting tokens and mass
/// by distance from the likeliest; only the tokens of the bucket that a limit falls into are sorted, never the vocabulary. For one sequence.
/// </summary>
internal sealed class TokenDistribution(GenerationOptions options)
{
    private const float LeastNormal = 1.17549435e-38f;

    private const int Buckets = 2048, BucketsOfUnit = 64;

    private float[] _distances = [], _weights = [];

    /// <param name="logits">[vocabulary]</param>
    /// <param name="largest">Of the logits.</param>
    /// <param name="draw">From 0 to 1: which token, in the order of ids.</param>
    public int Draw(ReadOnlySpan<float> logits, float largest, double draw)
    {
        if (IsGreedy(largest)) return logits.IndexOf(largest);
        double rest = draw * Weigh(logits, largest);
        int last = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (_weights[id] == 0) continue;
            last = id;
            rest -= _weights[id];
            if (rest < 0) return id;
        }
        return last; // rounding
    }

    /// <summary>The tokens that are left, in the order of ids.</summary>
    public List<(int Id, double Probability)> Probabilities(ReadOnlySpan<float> logits)
    {
        float largest = TensorPrimitives.Max(logits);
        List<(int, double)> left = [];
        if (IsGreedy(largest)) return [(logits.IndexOf(largest), 1)];
        double sum = Weigh(logits, largest);
        for (int id = 0; id < logits.Length; id++)
            if (_weights[id] > 0) left.Add((id, _weights[id] / sum));
        return left;
    }

    /// <summary>Whether float32 cannot hold what a temperature near 0 makes of the logits: the likeliest token is certain then.</summary>
    private bool IsGreedy(float largest) => options.Temperature < LeastNormal || !float.IsFinite(largest / options.Temperature);

    /// <summary>Fills the weights: e^((logit - largest) / temperature), 0 for tokens that are out.</summary>
    /// <returns>Their sum.</returns>
    private double Weigh(ReadOnlySpan<float> logits, float largest)
    {
        if (_weights.Length != logits.Length) (_distances, _weights) = (new float[logits.Length], new float[logits.Length]);
        TensorPrimitives.Divide(logits, options.Temperature, _distances); // rounded as Hugging Face rounds: ties stay ties
        TensorPrimitives.Subtract(_distances, largest / options.Temperature, _distances); // 0 for the likeliest, else below
        TensorPrimitives.Exp(_distances, _weights);
        if (options.TopK > 0 && options.TopK < logits.Length) CutTopK();
        if (options.TopP < 1) CutTopP();
        if (options.MinP > 0) CutMinP();
        double sum = 0;
        foreach (float weight in _weights) sum += weight;
        return sum;
    }

    /// <summary>All below the k-th largest are out.</summary>
    private void CutTopK()
    {
        Span<int> counts = stackalloc int[Buckets];
        counts.Clear();
        foreach (float distance in _distances) counts[Bucket(distance)]++;
        int bucket = 0, above = 0;
        while (above + counts[bucket] < options.TopK) above += counts[bucket++];
        float limit = _distances[Sorted(bucket)[options.TopK - above - 1]];
        for (int id = 0; id < _weights.Length; id++)
            if (_distances[id] < limit) _weights[id] = 0;
    }

    /// <summary>Tokens with at least the limit's mass before them are out.</summary>
    private void CutTopP()
    {
        Span<double> masses = stackalloc double[Buckets];
        masses.Clear();
        double sum = 0;
        for (int id = 0; id < _weights.Length; id++)
        {
            masses[Bucket(_distances[id])] += _weights[id];
            sum += _weights[id];
        }
        double limit = options.TopP * sum, before = 0;
        int bucket = 0;
        while (bucket < Buckets - 1 && before + masses[bucket] < limit) before += masses[bucket++];
        int first = bucket;
        foreach (int id in Sorted(bucket))
        {
            float weight = _weights[id];
            if (before >= limit && before > 0) _weights[id] = 0; // the first stays, however near 0 the limit is
            before += weight;
        }
        for (int id = 0; id < _weights.Length; id++)
            if (Bucket(_distances[id]) > first) _weights[id] = 0;
    }

    /// <summary>The tokens of a bucket that are not out, likeliest first.</summary>
    private int[] Sorted(int bucket)
    {
        List<int> ids = [];
        for (int id = 0; id < _distances.Length; id++)
            if (Bucket(_distances[id]) == bucket) ids.Add(id);
        int[] sorted = [.. ids];
        Array.Sort(sorted, (a, b) => _distances[a] != _distances[b] ? _distances[b].CompareTo(_distances[a]) : a.CompareTo(b));
        return sorted;
    }

    /// <summary>The likeliest has weight 1.</summary>
    private void CutMinP()
    {
        for (int id = 0; id < _weights.Length; id++)
            if (_weights[id] < options.MinP) _weights[id] = 0;
    }

    /// <summary>The last takes all that is too far.</summary>
    private static int Bucket(float distance) => distance > -(float)Buckets / BucketsOfUnit ? (int)(-distance * BucketsOfUnit) : Buckets - 1;
}
