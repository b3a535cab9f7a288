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
    /// <exception cref="InvalidOperationException">There are more steps than can be counted.</exception>
    public StepPlan Plan(double epochs, int? seed, CancellationToken cancellationToken = default) =>
        EpochEnd != EpochEnd.OwnStep ? PlanByMicroBatches(epochs, seed)
        : KeepsPromptsTogether ? PlanByPrompts(epochs, seed, cancellationToken)
        : PlanByPairs(epochs, seed);

    private StepPlan PlanByPairs(double epochs, int? seed)
    {
        int used = DropLast ? Count / batchSize * batchSize : Count;
        return new StepPlan(Counted(Math.Ceiling(epochs * (int)(((long)used + batchSize - 1) / batchSize)), epochs), Steps);

        IEnumerable<TrainingStep> Steps()
        {
            for (int epoch = 0; ; epoch++)
            {
                int[] order = Order(epoch, seed);
                for (long from = 0; from < used; from += batchSize)
                {
                    int to = (int)Math.Min(from + batchSize, used);
                    int[] step = order[(int)from..to];
                    yield return new TrainingStep(PassCutter.Cut(PairsOf(step), pairs, tokensPerMicroBatch, PairsPerMicroBatch), epoch + (to / (double)used));
                }
            }
        }
    }

    /// <summary>How many steps an epoch has depends on its order: they are counted first.</summary>
    private StepPlan PlanByPrompts(double epochs, int? seed, CancellationToken cancellationToken)
    {
        int[] prompts = SamePrompts.Of(pairs);
        long count = 0;
        for (int epoch = 0; epoch < epochs && count <= int.MaxValue; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int inEpoch = EpochOfPrompts(epoch).Count;
            count += (long)Math.Min(inEpoch, Math.Ceiling((epochs - epoch) * inEpoch));
        }
        return new StepPlan(Counted(count, epochs), Steps);

        IEnumerable<TrainingStep> Steps()
        {
            for (int epoch = 0; ; epoch++)
            {
                List<int[]> steps = EpochOfPrompts(epoch);
                int used = steps.Sum(s => s.Length), done = 0;
                foreach (int[] step in steps)
                {
                    done += step.Length;
                    yield return new TrainingStep(PassCutter.Cut(step, pairs, tokensPerMicroBatch, PairsPerMicroBatch), epoch + (done / (double)used));
                }
            }
        }

        List<int[]> EpochOfPrompts(int epoch)
        {
            List<int[]> steps = [.. StepsOfWholePrompts(Order(epoch, seed), prompts)];
            if (DropLast && steps.Count > 0 && steps[^1].Length < batchSize) steps.RemoveAt(steps.Count - 1);
            return steps;
        }
    }

    private static int Counted(double steps, double epochs) => steps <= int.MaxValue ? (int)steps : throw new InvalidOperationException(
        FormattableString.Invariant($"{epochs} epochs are {steps} steps, more than {int.MaxValue}. Lower `Epochs`, or raise `BatchSize`."));

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

    private StepPlan PlanByMicroBatches(double epochs, int? seed)
    {
        int size = Math.Min(PairsPerMicroBatch, batchSize);
        int perEpoch = (int)(DropLast ? Count / size : ((long)Count + size - 1) / size);
        bool across = EpochEnd == EpochEnd.AcrossEpochs;
        long steps = perEpoch == 0 ? 0 : across ? Math.Max(1, perEpoch / Accumulation) : ((long)perEpoch + Accumulation - 1) / Accumulation;
        return new StepPlan(Counted(Math.Ceiling(epochs * steps), epochs), Steps);

        IEnumerable<TrainingStep> Steps()
        {
            List<int[]> open = [];
            int counted = 0; // the reference never begins anew
            for (int epoch = 0; ; epoch++)
            {
                int[] order = Order(epoch, seed);
                if (!across) counted = 0;
                for (int i = 0; i < perEpoch; i++)
                {
                    open.Add(PairsOf(order[(int)((long)i * size)..(int)Math.Min((i + 1L) * size, order.Length)]));
                    bool endsEpoch = i == perEpoch - 1 && (!across || perEpoch <= Accumulation);
                    counted = (counted + 1) % Accumulation;
                    if (counted != 0 && !endsEpoch) continue;
                    yield return new TrainingStep([.. open], epoch + ((i + 1) / (double)perEpoch));
                    open.Clear();
                }
            }
        }
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
