namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Rows that attend to a prefix, of which they are the continuation, and causally to themselves.</summary>
/// <param name="PrefixStart">The prefix's first row.</param>
/// <param name="Prefix">Rows of the prefix; 0 where the rows begin at position 0.</param>
/// <param name="Start">The first of the rows.</param>
/// <param name="Rows">How many they are.</param>
internal readonly record struct AttentionSequence(int PrefixStart, int Prefix, int Start, int Rows)
{
    /// <summary>Prefix and first continuation are one sequence, every other continuation another.</summary>
    public static IEnumerable<AttentionSequence> Of(AttentionSegment segment)
    {
        int next = segment.Start + segment.Prefix + segment.Continuations[0];
        yield return new AttentionSequence(segment.Start, 0, segment.Start, next - segment.Start);
        foreach (int rows in segment.Continuations.Skip(1))
        {
            yield return new AttentionSequence(segment.Start, segment.Prefix, next, rows);
            next += rows;
        }
    }

    /// <summary>The rows in chunks of about the same size.</summary>
    /// <param name="rows">Of a chunk, about; at most half more.</param>
    /// <param name="window">How many positions back a row sees, itself among them; null for all.</param>
    public IEnumerable<AttentionChunk> Chunks(int rows, int? window)
    {
        int count = Math.Max(1, (int)Math.Round((double)Rows / rows)), size = (Rows + count - 1) / count;
        for (int from = 0; from < Rows; from += size)
        {
            int firstKey = window is { } w ? Math.Max(0, Prefix + from - w + 1) : 0;
            yield return new AttentionChunk(from, Math.Min(size, Rows - from), firstKey, Prefix + from);
        }
    }
}
