using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Prompts with any number of answers of random ids, and the pairs that they are made into.</summary>
internal static class RandomGroups
{
    /// <param name="answers">From 1.</param>
    public static EncodedPrompt Make(Random random, int answers)
    {
        int[] prompt = Ids(random, random.Next(2, 16));
        // Now and then the border to an answer merges the prompt's last token.
        int[][] heads = [.. Enumerable.Range(0, answers).Select(_ => random.Next(4) == 0 ? prompt[..^1] : prompt)];
        return new EncodedPrompt([.. heads.Select((h, i) => new EncodedAnswer((int[])[.. h, .. Ids(random, random.Next(1, 14))], h.Length)
        {
            Rating = 1 - i,
            Reference = -random.Next(1, 40) * 0.7,
        })]);
    }

    /// <summary>Every answer against every one after it.</summary>
    public static EncodedPrompt[] Pairs(EncodedPrompt prompt) =>
    [
        .. prompt.Answers.SelectMany((first, i) => prompt.Answers.Skip(i + 1).Select(
            second => new EncodedPrompt(first with { Rating = 1 }, second with { Rating = 0 }) { Row = prompt.Row })),
    ];

    private static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(RandomDecoder.VocabularySize))];
}
