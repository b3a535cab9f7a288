using Microsoft.ML.SimPO.Data.Packing;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Long prompts with short answers, where laying a prompt out once saves most.</summary>
internal sealed class PromptHeavyBenchmark : IBenchmark
{
    private const int Prompt = 448, Answer = 64;
    private const string Unshared = "unshared";

    public string Name => "prompt-heavy";

    public string Summary => "an optimizer step on four pairs of 448 prompt and 64 answer tokens, with the prompt shared and not";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Side.Reference, Unshared];

    public Workload Prepare(string side) =>
        StepBenchmark.Prepare(side, [.. Enumerable.Repeat((Prompt, Answer, Answer), 4)], side == Unshared ? PromptSharing.None : PromptSharing.Batch);

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        double tokens = (2 * Prompt + 2 * Answer) / (double)(Prompt + 2 * Answer);
        return
        [
            new("pairs/s over the reference's", result.Ratio!.Rate.Median, 3),
            new("gain from sharing over the ratio of tokens", result.Ours.Rate.Median / result.Variants![Unshared].Rate.Median / tokens, 0.9),
        ];
    }
}
