using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Cuts pairs into forward passes that fit a budget.</summary>
internal static class PassCutter
{
    /// <summary>In order: a pair joins the pass before it while the budget lasts.</summary>
    /// <param name="indices">Which pairs.</param>
    /// <param name="pairs">What the indices refer to.</param>
    /// <param name="tokens">At most so many rows a pass; a longer pair is one by itself.</param>
    /// <param name="count">At most so many pairs a pass.</param>
    public static List<int[]> Cut(IEnumerable<int> indices, IReadOnlyList<EncodedPair> pairs, int tokens, int count = int.MaxValue)
    {
        List<int[]> passes = [];
        List<int> current = [];
        long rows = 0;
        foreach (int index in indices)
        {
            if (current.Count > 0 && (rows + pairs[index].PackedLength > tokens || current.Count >= count))
            {
                passes.Add([.. current]);
                current.Clear();
                rows = 0;
            }
            current.Add(index);
            rows += pairs[index].PackedLength;
        }
        if (current.Count > 0) passes.Add([.. current]);
        return passes;
    }
}
