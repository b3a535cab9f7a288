using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using QuickStart;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Optimizer steps of every method on SmolLM2's pairs beside SimPO's, each as a fit does them, and the pass of a reference model beside scoring. References
/// are known before the first step, as in a fit. Each is compared within a process of its own, step by step (<see cref="InTurns"/>).
/// </summary>
internal sealed class MethodsBenchmark : IBenchmark
{
    /// <summary>Of figures that nothing is asked of: JSON has no infinity.</summary>
    private const double NoLimit = 100;

    private const string ReferencePass = "reference pass", Sft = "sft", Tokens = "tokens";

    /// <summary>
    /// A short one of SmolLM2's pairs, of whose tokens the prompt is a quarter, as of all of them together: steps of two seconds, of which many are compared.
    /// </summary>
    private const int Pair = 9;

    private static readonly Dictionary<string, Func<PreferenceTrainerOptions>> Methods = new(StringComparer.Ordinal)
    {
        [Side.Ours] = () => new SimPOTrainer.Options { Beta = 2.5f },
        ["alphapo"] = () => new SimPOTrainer.Options { Beta = 2.5f, Alpha = 0.25f },
        ["dpo"] = () => new DpoTrainer.Options(),
        ["ipo"] = () => new DpoTrainer.Options { LossType = DpoLossType.Ipo },
        ["cpo"] = () => new CpoTrainer.Options(),
        ["orpo"] = () => new OrpoTrainer.Options(),
        ["slic-hf"] = () => new SlicHfTrainer.Options(),
        ["rrhf"] = () => new RrhfTrainer.Options(),
        ["kto"] = () => new KtoTrainer.Options(),
        [Sft] = () => new SftTrainer.Options(),
    };

    public string Name => "methods";

    public string Summary => "optimizer steps of SmolLM2-135M with every method on the same pairs, beside SimPO's, and the reference pass beside scoring";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [.. Methods.Keys, ReferencePass];

    public int Rounds => 15;

    public bool IsOneByOne => true;

    public string? Missing() => SmolLM2Pairs.Missing();

    public Workload Prepare(string side)
    {
        Allocator.KeepLargeBlocks(1 << 20);
        return side switch
        {
            Side.Ours => Steps(side),
            ReferencePass => new InTurns(Pass(new DpoTrainer.Options().Reward), () => Pass(null)),
            _ => new InTurns(Steps(side), () => Steps(Side.Ours)),
        };
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        Measurement simpo = result.Ours;
        foreach ((string method, Measurement found) in result.Variants!.Where(v => Methods.ContainsKey(v.Key)))
        {
            double seconds = found.FastestOverOurs!.Value;
            if (method is "dpo" or "ipo") yield return new Bar($"{method}: seconds a step over SimPO's", seconds, 1.02, AtMost: true);
            else if (method == "orpo") yield return new Bar("orpo: seconds a step over SimPO's", seconds, 1.05, AtMost: true);
            else if (method == Sft)
                yield return new Bar("sft: tokens/s over SimPO's", found.Figures![Tokens] / simpo.Figures![Tokens] / seconds, 1);
            else yield return new Bar($"{method}: seconds a step over SimPO's", seconds, NoLimit, AtMost: true);
            yield return new Bar($"{method}: peak RSS over SimPO's", found.PeakRssBytes / simpo.PeakRssBytes, NoLimit, AtMost: true);
        }
        if (result.Variants!.TryGetValue(ReferencePass, out Measurement? pass))
            yield return new Bar("reference pass: pairs/s over those of score", 1 / pass.FastestOverOurs!.Value, 0.98);
    }

    /// <summary>Optimizer steps of a method on a model of its own.</summary>
    private static Workload Steps(string method)
    {
        Decoder decoder = DecoderLoader.Load(SmolLM2Pairs.Folder, TorchSharp.torch.CPU);
        EncodedPrompt[] pairs = Pairs(method == Sft ? 2 : 1); // of answers alone as many more, so that a step is as long
        PreferenceTrainerOptions options = Methods[method]();
        (options.ModelPath, options.BatchSize, options.LearningRate) = (SmolLM2Pairs.Folder, pairs.Length, 1e-6);
        EncodedPrompt[] learned = Learned(options, pairs);
        var loop = new TrainingLoop(decoder, options.CreateLoss(), options.Settings(decoder));
        StepPlan plan = options.Planner(learned).Plan(1000, null);
        TrainingSteps steps = loop.Begin(learned, plan);
        return new Workload(pairs.Length, Step, Release);

        Dictionary<string, double> Step()
        {
            TrainingProgress done = steps.Next(CancellationToken.None)!;
            return new Dictionary<string, double> { ["loss"] = done.Loss, [Tokens] = done.Tokens };
        }

        void Release()
        {
            steps.Dispose();
            decoder.Dispose();
        }
    }

    private static EncodedPrompt[] Pairs(int count) => SmolLM2Pairs.Read(Pair + count)[Pair..];

    /// <summary>What the method makes of the pairs before its first step, with numbers in the place of a reference model's.</summary>
    private static EncodedPrompt[] Learned(PreferenceTrainerOptions options, EncodedPrompt[] pairs)
    {
        if (options is SftTrainer.Options) return [.. pairs.Select(p => new EncodedPrompt(p.Chosen) { Row = p.Row })];
        IReadOnlyList<EncodedPrompt> prepared = options is ReferenceTrainerOptions ? options.Prepare(pairs, null!, null!) : pairs;
        return options.CreateLoss().NeedsReference
            ? [.. prepared.Select(p => p.WithReferences([.. p.Answers.Select(a => -1.0 * a.Length)]))] : [.. prepared];
    }

    /// <param name="reward">That a reference model's log-probs are kept for; null for scores.</param>
    private static Workload Pass(IReward? reward)
    {
        Decoder decoder = DecoderLoader.Load(SmolLM2Pairs.Folder, TorchSharp.torch.CPU);
        EncodedPrompt[] pairs = Pairs(1);
        var evaluator = new GroupEvaluator(decoder, new DpoTrainer.Options().TokensPerMicroBatch, reward);
        if (reward is null) return new Workload(pairs.Length, () => { evaluator.Score(pairs, CancellationToken.None); }, decoder.Dispose);
        return new Workload(
            pairs.Length,
            () =>
            {
                var table = new ReferenceTable(new string('0', 64), reward.WeighsTokens);
                new ReferenceScorer(table, reward, new DpoTrainer.Options().TokensPerMicroBatch).Fill(pairs, () => decoder, CancellationToken.None);
            },
            decoder.Dispose);
    }
}
