using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts that are answered together, once for each seed. Ends when <c>MLContext.CancelExecution</c> is called.</summary>
internal sealed class SampledBatch(IHost host, AnswerWriter writer, GenerationOptions options, int[] seeds) : IRowBatch<string[]>
{
    private readonly List<PromptBatch> _bySeed = [.. seeds.Select(seed => new PromptBatch(host, writer, options with { Seed = seed }))];

    public bool IsFull => _bySeed[0].IsFull;

    /// <param name="texts">The prompt.</param>
    public void Add(string[] texts, long row)
    {
        foreach (PromptBatch batch in _bySeed) batch.Add(texts, row);
    }

    public string[][] Compute()
    {
        string[][] written = [.. _bySeed.Select(batch => batch.Compute())];
        return [.. Enumerable.Range(0, written[0].Length).Select(row => written.Select(texts => texts[row]).ToArray())];
    }
}
