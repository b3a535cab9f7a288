using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Cuts a data set into epochs, steps and micro-batches. The same arguments give the same plan on every machine.</summary>
/// <param name="pairs">All pairs.</param>
/// <param name="batchSize">Pairs a step; the remainder of an epoch is a step of its own.</param>
/// <param name="tokensPerMicroBatch">At most so many rows a forward pass; a longer pair is one by itself.</param>
internal sealed class StepPlanner(IReadOnlyList<EncodedPair> pairs, int batchSize, int tokensPerMicroBatch)
{
    /// <param name="epochs">Above 0; a fraction ends early.</param>
    /// <param name="seed">Null keeps the order of the data in every epoch.</param>
    public List<TrainingStep> Plan(double epochs, int? seed)
    {
        int perEpoch = (pairs.Count + batchSize - 1) / batchSize;
        int total = (int)Math.Ceiling(epochs * perEpoch);
        var steps = new List<TrainingStep>(total);
        for (int epoch = 0; steps.Count < total; epoch++)
        {
            int[] order = Order(epoch, seed);
            for (int from = 0; from < order.Length && steps.Count < total; from += batchSize)
            {
                int to = Math.Min(from + batchSize, order.Length);
                steps.Add(new TrainingStep(Cut(order.AsSpan(from, to - from)), epoch + (to / (double)order.Length)));
            }
        }
        return steps;
    }

    private int[] Order(int epoch, int? seed)
    {
        int[] order = [.. Enumerable.Range(0, pairs.Count)];
        // A generator of its own for each epoch: the order of the third does not depend on how the first two were run.
        if (seed is { } s) new Random(unchecked((s * 486187739) + epoch)).Shuffle(order);
        return order;
    }

    /// <summary>In order: a pair joins the micro-batch before it while the budget lasts.</summary>
    private List<int[]> Cut(ReadOnlySpan<int> step)
    {
        List<int[]> microBatches = [];
        List<int> current = [];
        int rows = 0;
        foreach (int index in step.ToArray())
        {
            if (current.Count > 0 && rows + pairs[index].PackedLength > tokensPerMicroBatch)
            {
                microBatches.Add([.. current]);
                current.Clear();
                rows = 0;
            }
            current.Add(index);
            rows += pairs[index].PackedLength;
        }
        microBatches.Add([.. current]);
        return microBatches;
    }
}
