using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts that are answered together. Ends when <c>MLContext.CancelExecution</c> is called.</summary>
internal sealed class PromptBatch(IHost host, AnswerWriter writer, GenerationOptions options) : IRowBatch<string>
{
    private readonly List<(int[] Ids, int Random)> _prompts = [];

    public bool IsFull => _prompts.Count >= AnswerWriter.BatchSize;

    /// <param name="texts">The prompt.</param>
    public void Add(string[] texts, long row)
    {
        try
        {
            _prompts.Add((writer.Encode(texts[0]), 0)); // the same random numbers for every row: its text is that of its prompt, wherever it stands
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(FormattableString.Invariant($"Row {row}: {e.Message}"), e);
        }
    }

    public string[] Compute()
    {
        using var cancellation = new FitCancellation(host, CancellationToken.None);
        return Array.ConvertAll(writer.Write(_prompts, options, null, cancellation.Token), answer => answer.Text);
    }
}
