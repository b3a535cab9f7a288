using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Cuts a data set into epochs, steps and micro-batches. The same arguments give the same plan on every machine.</summary>
/// <param name="pairs">All pairs.</param>
/// <param name="batchSize">Pairs a step.</param>
/// <param name="tokensPerMicroBatch">At most so many rows a micro-batch where its size does not change the result; a longer pair is one by itself.</param>
internal sealed class StepPlanner(IReadOnlyList<EncodedPrompt> pairs, int batchSize, int tokensPerMicroBatch)
{
    /// <summary>At most so many pairs a micro-batch; for the references exactly so many, and a divisor of the pairs a step.</summary>
    public int PairsPerMicroBatch { get; init; } = int.MaxValue;

    public EpochEnd EpochEnd { get; init; }

    /// <summary>Leaves out what does not fill a step at the end of an epoch; for the references what does not fill a micro-batch.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// Rows of one prompt are in one step, so that its prompt is computed once: a step ends where the rows of the next prompt do not fit, and a prompt of
    /// more rows than a step has fills steps of its own. Not for the references.
    /// </summary>
    public bool KeepsPromptsTogether { get; init; }

    /// <summary>Pairs that are dealt out together, each list as one; null for single ones.</summary>
    public IReadOnlyList<int[]>? Rows { get; init; }

    /// <summary>Micro-batches a step for the references: <c>gradient_accumulation_steps</c>.</summary>
    public int Accumulation => Math.Max(1, batchSize / Math.Min(PairsPerMicroBatch, batchSize));

    /// <summary>How many are dealt out: pairs, or <see cref="Rows"/>.</summary>
    public int Count => Rows?.Count ?? pairs.Count;

    /// <param name="epochs">Above 0; a fraction ends early.</param>
    /// <param name="seed">Null keeps the order of the data in every epoch.</param>
    /// <returns>No steps where there are too few pairs for one and the last is dropped.</returns>
    public List<TrainingStep> Plan(double epochs, int? seed) =>
        EpochEnd != EpochEnd.OwnStep ? PlanByMicroBatches(epochs, seed) : KeepsPromptsTogether ? PlanByPrompts(epochs, seed) : PlanByPairs(epochs, seed);

    private List<TrainingStep> PlanByPairs(double epochs, int? seed)
    {
        int used = DropLast ? Count / batchSize * batchSize : Count;
        int total = (int)Math.Ceiling(epochs * ((used + batchSize - 1) / batchSize));
        var steps = new List<TrainingStep>(total);
        for (int epoch = 0; steps.Count < total; epoch++)
        {
            int[] order = Order(epoch, seed);
            for (int from = 0; from < used && steps.Count < total; from += batchSize)
            {
                int to = Math.Min(from + batchSize, used);
                List<int[]> parts = PassCutter.Cut(PairsOf(order[from..to]), pairs, tokensPerMicroBatch, PairsPerMicroBatch);
                steps.Add(new TrainingStep(parts, epoch + (to / (double)used)));
            }
        }
        return steps;
    }

    private List<TrainingStep> PlanByPrompts(double epochs, int? seed)
    {
        int[] prompts = SamePrompts.Of(pairs);
        List<TrainingStep> plan = [];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            List<int[]> steps = [.. StepsOfWholePrompts(Order(epoch, seed), prompts)];
            if (DropLast && steps.Count > 0 && steps[^1].Length < batchSize) steps.RemoveAt(steps.Count - 1);
            int used = steps.Sum(s => s.Length), done = 0;
            foreach (int[] step in steps.Take((int)Math.Ceiling((epochs - epoch) * steps.Count)))
            {
                done += step.Length;
                plan.Add(new TrainingStep(PassCutter.Cut(step, pairs, tokensPerMicroBatch, PairsPerMicroBatch), epoch + (done / (double)used)));
            }
        }
        return plan;
    }

    private IEnumerable<int[]> StepsOfWholePrompts(int[] order, int[] prompts)
    {
        List<int> current = [];
        foreach (IGrouping<int, int> rows in order.GroupBy(i => prompts[i]))
        {
            if (current.Count > 0 && current.Count + rows.Count() > batchSize)
            {
                yield return [.. current];
                current.Clear();
            }
            current.AddRange(rows);
            for (; current.Count >= batchSize; current.RemoveRange(0, batchSize)) yield return [.. current[..batchSize]];
        }
        if (current.Count > 0) yield return [.. current];
    }

    private List<TrainingStep> PlanByMicroBatches(double epochs, int? seed)
    {
        int size = Math.Min(PairsPerMicroBatch, batchSize);
        int perEpoch = DropLast ? Count / size : (Count + size - 1) / size;
        bool across = EpochEnd == EpochEnd.AcrossEpochs;
        int steps = perEpoch == 0 ? 0 : across ? Math.Max(1, perEpoch / Accumulation) : (perEpoch + Accumulation - 1) / Accumulation;
        int total = (int)Math.Ceiling(epochs * steps);
        List<TrainingStep> plan = [];
        List<int[]> open = [];
        int counted = 0; // the reference never begins anew
        for (int epoch = 0; plan.Count < total; epoch++)
        {
            int[] order = Order(epoch, seed);
            if (!across) counted = 0;
            for (int i = 0; i < perEpoch && plan.Count < total; i++)
            {
                open.Add(PairsOf(order[(i * size)..Math.Min((i + 1) * size, order.Length)]));
                bool endsEpoch = i == perEpoch - 1 && (!across || perEpoch <= Accumulation);
                if (++counted % Accumulation != 0 && !endsEpoch) continue;
                plan.Add(new TrainingStep([.. open], epoch + ((i + 1) / (double)perEpoch)));
                open.Clear();
            }
        }
        return plan;
    }

    private int[] PairsOf(int[] dealt) => Rows is null ? dealt : [.. dealt.SelectMany(i => Rows[i])];

    private int[] Order(int epoch, int? seed)
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        // A generator of its own for each epoch: the order of the third does not depend on how the first two were run.
        if (seed is { } s) new Random(unchecked((s * 486187739) + epoch)).Shuffle(order);
        return order;
    }
}
