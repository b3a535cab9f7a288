using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Four answers a prompt and all six pairs of them, in lengths as UltraFeedback has them: prompts and answers that several pairs have are computed once,
/// against the same pairs laid out alone.
/// </summary>
internal sealed class GroupsBenchmark : IBenchmark
{
    private const double Beta = 2, Ratio = 0.5, LearningRate = 1e-6;

    private const string Alone = "alone";

    /// <summary>
    /// With the usual 8 layers the head is two fifths of the products, and it works on answers alone, of which sharing saves less than of prompts; with 16 it
    /// is a quarter, as in the small models that people tune, and the ratio of tokens is nearly that of the work.
    /// </summary>
    private const int Layers = 16;

    /// <summary>Tokens of each prompt and of its answers.</summary>
    private static readonly (int Prompt, int[] Answers)[] Lengths = [(148, [291, 178, 412, 236]), (323, [354, 117, 262, 331])];

    public string Name => "groups";

    public string Summary => "an optimizer step on all six pairs of four answers to each of two prompts, against the same pairs laid out alone";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Alone];

    public int Rounds => 5;

    public Workload Prepare(string side)
    {
        EncodedPrompt[] pairs = Pairs();
        var engine = new EngineStep(MediumModel.Make(Layers), Beta, Ratio, sharing: side == Alone ? PromptSharing.Group : PromptSharing.Batch);
        return new Workload(pairs.Length, () => engine.Run(pairs, LearningRate), engine.Dispose);
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        Measurement alone = result.Variants![Alone];
        double tokens = Pairs().Sum(p => (double)p.PackedLength) / Lengths.Sum(l => l.Prompt + l.Answers.Sum());
        double loss = alone.Figures!["loss"];
        return
        [
            new("gain from sharing over the ratio of tokens", alone.SecondsOverOurs!.Median / tokens, 0.9),
            new("relative difference of the losses", Math.Abs(result.Ours.Figures!["loss"] - loss) / loss, 1e-5, AtMost: true),
        ];
    }

    private static EncodedPrompt[] Pairs()
    {
        var random = new Random(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(MediumModel.Architecture().VocabularySize))];
        EncodedAnswer[] Group((int Prompt, int[] Answers) lengths)
        {
            int[] prompt = Ids(lengths.Prompt);
            return [.. lengths.Answers.Select(l => new EncodedAnswer((int[])[.. prompt, .. Ids(l)], prompt.Length))];
        }
        return [.. Lengths.Select(Group)
            .SelectMany(a => a.SelectMany((first, i) => a.Skip(i + 1).Select(second => new EncodedPrompt(first with { Rating = 1 }, second))))];
    }
}
