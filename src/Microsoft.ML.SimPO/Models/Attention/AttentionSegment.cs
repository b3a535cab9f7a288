namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Rows of a <see cref="TokenBatch"/> that attend to each other: a prefix, then one or more continuations of it. All of them continue the positions of
/// the prefix and see it; none sees another.
/// </summary>
/// <param name="Start">The first row.</param>
/// <param name="Prefix">Rows of the shared prefix; 0 or more.</param>
/// <param name="Continuations">Rows of each continuation, in the order in which they follow.</param>
internal readonly record struct AttentionSegment(int Start, int Prefix, params int[] Continuations)
{
    public int Rows { get; } = Prefix + Continuations.Sum();

    /// <summary>The length in positions of the longest sequence.</summary>
    public int LongestSequence => Prefix + Continuations.Max();

    /// <summary>First row and number of rows of each continuation.</summary>
    public IEnumerable<(int Start, int Rows)> Parts()
    {
        int start = Start + Prefix;
        foreach (int rows in Continuations)
        {
            yield return (start, rows);
            start += rows;
        }
    }

    public bool Equals(AttentionSegment other) =>
        (Start, Prefix) == (other.Start, other.Prefix) && Continuations.AsSpan().SequenceEqual(other.Continuations);

    public override int GetHashCode() => HashCode.Combine(Start, Prefix, Rows);
}
