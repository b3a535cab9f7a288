using Microsoft.ML.SimPO.Models.Attention;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// Token sequences laid out one after another without padding: row n holds token <c>Ids[n]</c> at position <c>Positions[n]</c> of its sequence.
/// </summary>
/// <param name="Ids">[N] token ids</param>
/// <param name="Positions">[N] positions, from 0 in each sequence</param>
/// <param name="Segments">Which rows attend to each other; together they cover all rows in order.</param>
internal sealed record TokenBatch(int[] Ids, int[] Positions, AttentionSegment[] Segments)
{
    public int Rows => Ids.Length;

    /// <summary>
    /// Lengths of the sequences as rotary embeddings that depend on them see them, in place of the segments' own: generation continues
    /// sequences whose earlier rows are in a cache.
    /// </summary>
    public int[]? SequenceLengths { get; init; }

    /// <summary>The length by which rotary embeddings that depend on one choose their frequencies.</summary>
    public int RotaryLength(AttentionSegment segment) =>
        SequenceLengths is null ? segment.LongestSequence : SequenceLengths[Array.IndexOf(Segments, segment)];

    /// <summary>Whole sequences, each a segment of its own.</summary>
    public static TokenBatch OfSequences(IReadOnlyList<int[]> sequences)
    {
        int[] ids = [.. sequences.SelectMany(s => s)];
        int[] positions = [.. sequences.SelectMany(s => Enumerable.Range(0, s.Length))];
        var segments = new AttentionSegment[sequences.Count];
        for (int i = 0, start = 0; i < segments.Length; start += sequences[i].Length, i++)
            segments[i] = new AttentionSegment(start, 0, sequences[i].Length);
        return new TokenBatch(ids, positions, segments);
    }
}
