using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Pairs of random ids, the corner cases among them.</summary>
internal static class RandomPairs
{
    public static EncodedPrompt[] Make(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Pair(random, random.Next(1, 12), random.Next(1, 20), random.Next(1, 20)))];
    }

    /// <summary>By name: what real data seldom holds.</summary>
    public static Dictionary<string, EncodedPrompt> Corners()
    {
        var random = new Random(5);
        int[] prompt = Ids(random, 6), answer = Ids(random, 4), other = Ids(random, 3);
        return new Dictionary<string, EncodedPrompt>(StringComparer.Ordinal)
        {
            ["a prompt of one token"] = Pair(random, 1, 5, 7),
            ["answers of one token"] = Pair(random, 5, 1, 1),
            ["one token each"] = Pair(random, 1, 1, 1),
            ["equal answers"] = EncodedPrompt.Pair([.. prompt, .. answer], 6, [.. prompt, .. answer], 6),
            ["prompts that differ at the border"] = EncodedPrompt.Pair([.. prompt, .. answer], 6, [.. prompt[..5], 96, .. other], 6),
            ["a token across the border"] = EncodedPrompt.Pair([.. prompt, .. answer], 6, [.. prompt[..5], 95, .. other], 5),
            ["nothing in common"] = EncodedPrompt.Pair([1, .. answer], 1, [2, .. other], 1),
            ["answers that begin alike"] = EncodedPrompt.Pair([.. prompt, 7, 8, 9], 6, [.. prompt, 7, 8, 10], 6),
            ["padding tokens inside"] = EncodedPrompt.Pair([3, 0, 0, 4, 0, 5], 3, [3, 0, 0, 0], 3),
        };
    }

    private static EncodedPrompt Pair(Random random, int prompt, int chosen, int rejected)
    {
        int[] shared = Ids(random, prompt);
        return EncodedPrompt.Pair([.. shared, .. Ids(random, chosen)], prompt, [.. shared, .. Ids(random, rejected)], prompt);
    }

    private static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(RandomDecoder.VocabularySize))];
}
