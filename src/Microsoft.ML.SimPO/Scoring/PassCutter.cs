using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Cuts groups into forward passes that fit a budget.</summary>
internal static class PassCutter
{
    /// <summary>
    /// In order, but for groups of a prompt that came before: they follow its last one, so that its rows are computed once. A group joins the pass before it
    /// while the budget lasts.
    /// </summary>
    /// <param name="indices">Which groups.</param>
    /// <param name="groups">What the indices refer to.</param>
    /// <param name="tokens">At most so many rows a pass; a longer group is one by itself.</param>
    /// <param name="count">At most so many groups a pass.</param>
    public static List<int[]> Cut(IEnumerable<int> indices, IReadOnlyList<EncodedPrompt> groups, int tokens, int count = int.MaxValue)
    {
        int[] all = [.. indices], same = SamePrompts.Of([.. all.Select(i => groups[i])]);
        List<int[]> passes = [];
        List<int> current = [];
        long rows = 0;
        foreach (IGrouping<int, int> prompt in all.Zip(same).GroupBy(p => p.Second, p => p.First))
        {
            PackedPrompt packed = new();
            foreach (int index in prompt)
            {
                int cost = packed.Cost(groups[index]);
                if (current.Count > 0 && (rows + cost > tokens || current.Count >= count))
                {
                    passes.Add([.. current]);
                    current.Clear();
                    (rows, packed) = (0, new PackedPrompt());
                    cost = packed.Cost(groups[index]);
                }
                rows += cost;
                packed.Add(groups[index], current.Count);
                current.Add(index);
            }
        }
        if (current.Count > 0) passes.Add([.. current]);
        return passes;
    }
}
