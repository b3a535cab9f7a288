namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Rows of a <see cref="TokenBatch"/> that attend to each other: a prefix, then one or two continuations of it. Both continue the positions of
/// the prefix and see it; neither sees the other.
/// </summary>
/// <param name="Start">The first row.</param>
/// <param name="Prefix">Rows of the shared prefix; 0 or more.</param>
/// <param name="First">Rows of the first continuation.</param>
/// <param name="Second">Rows of the second continuation; 0 where there is only one sequence.</param>
internal readonly record struct AttentionSegment(int Start, int Prefix, int First, int Second)
{
    public int Rows => Prefix + First + Second;

    /// <summary>The length in positions of the longer of the two sequences.</summary>
    public int LongestSequence => Prefix + Math.Max(First, Second);
}
