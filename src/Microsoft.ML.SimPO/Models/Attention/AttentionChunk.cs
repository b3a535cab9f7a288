namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Queries of an <see cref="AttentionSequence"/> that go through the kernel together, over the keys that any of them sees.</summary>
/// <param name="From">The first query, counted from the sequence's first row.</param>
/// <param name="Rows">How many queries.</param>
/// <param name="FirstKey">The first key, counted from the first of the prefix.</param>
/// <param name="Earlier">Keys before the first query's own.</param>
internal readonly record struct AttentionChunk(int From, int Rows, int FirstKey, int Earlier)
{
    /// <summary>The last is that of the last query.</summary>
    public int Keys => Earlier + Rows - FirstKey;
}
