using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>
/// Adds to each prompt an answer that was given to another one, neither chosen nor rejected: what KTO (arXiv 2402.01306, section 4.1) estimates the divergence
/// from the reference by.
/// </summary>
internal static class Mismatches
{
    /// <summary>TRL takes so many pairs apart at a time.</summary>
    private const int PairsTakenApart = 1000;

    /// <summary>
    /// Each prompt gets an answer of the nearest one before it that is another, that of the first one from the end of the data; of a pair's answers every other
    /// time the rejected one. Nothing is added where all prompts are the same.
    /// </summary>
    /// <param name="maxLength">Where prompt and answer are longer, the answer loses its end.</param>
    public static EncodedPrompt[] OfData(IReadOnlyList<EncodedPrompt> prompts, int maxLength)
    {
        int[] same = SamePrompts.Of(prompts);
        int other = Array.FindLastIndex(same, s => s != same[0]);
        var added = new EncodedPrompt[prompts.Count];
        for (int i = 0; i < added.Length; i++)
        {
            if (i > 0 && same[i - 1] != same[i]) other = i - 1;
            added[i] = other < 0 ? prompts[i] : With(prompts[i], prompts[other].Answers[i % prompts[other].Answers.Count], maxLength);
        }
        return added;
    }

    /// <summary>As TRL 1.16: rows are cut into groups, and each gets the answer of the row before it, the first one that of the group's last.</summary>
    /// <param name="size">Rows of a group. A last group of one row gets its own answer.</param>
    /// <inheritdoc cref="OfData" path="/param[@name='maxLength']"/>
    public static EncodedPrompt[] OfMicroBatches(IReadOnlyList<EncodedPrompt> rows, int size, int maxLength) =>
        [.. rows.Chunk(size).SelectMany(g => g.Select((row, i) => With(row, g[(i + g.Length - 1) % g.Length].Chosen, maxLength)))];

    /// <summary>A row for each answer, as TRL 1.16: of a thousand pairs the chosen answers first, then the rejected ones.</summary>
    public static IEnumerable<EncodedPrompt> TakenApart(IReadOnlyList<EncodedPrompt> prompts) => prompts.Chunk(PairsTakenApart)
        .SelectMany(block => Enumerable.Range(0, block.Max(p => p.Answers.Count))
            .SelectMany(i => block.Where(p => i < p.Answers.Count).Select(p => new EncodedPrompt(p.Answers[i]) { Row = p.Row })));

    private static EncodedPrompt With(EncodedPrompt prompt, EncodedAnswer other, int maxLength)
    {
        EncodedAnswer own = prompt.Chosen;
        int[] ids = [.. own.Ids[..own.PromptLength], .. other.Ids[other.PromptLength..]];
        if (ids.Length > maxLength) ids = ids[..Math.Max(maxLength, own.PromptLength + 1)];
        return new EncodedPrompt([.. prompt.Answers, new EncodedAnswer(ids, own.PromptLength) { Rating = double.NaN }]) { Row = prompt.Row };
    }
}
