namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// Where a piece can be cut before it is merged. Whatever merges left of a border, its last symbol stays the last of what stands there, and likewise the first
/// one right of it; where no merge at all joins something that ends with the one to something that starts with the other, nothing ever crosses the border, and
/// both sides merge as they would alone.
/// </summary>
internal sealed class BpeBorders
{
    // Ids are indexes here; no vocabulary comes near this.
    private const int MaxTokens = 1 << 21;

    private readonly int[] _first = [];
    private readonly int[] _last = [];
    private readonly HashSet<long> _joined = [];
    private readonly bool _areKnown;

    public BpeBorders(MergeTable merges)
    {
        List<(int Left, int Right, int Merged)> all = [.. merges.All.OrderBy(merge => merge.Rank).Select(merge => (merge.Left, merge.Right, merge.Merged))];
        int count = all.Count == 0 ? 0 : all.Max(merge => Math.Max(merge.Merged, Math.Max(merge.Left, merge.Right))) + 1;
        if (count > MaxTokens) return;
        _first = [.. Enumerable.Range(0, count)];
        _last = [.. Enumerable.Range(0, count)];
        foreach ((int left, int right, int merged) in all) (_first[merged], _last[merged]) = (_first[left], _last[right]);
        // Not so where a token is made of different symbols in two ways, or used before it is made: no trained vocabulary has that, but a file may.
        _areKnown = all.TrueForAll(merge => _first[merge.Merged] == _first[merge.Left] && _last[merge.Merged] == _last[merge.Right]);
        foreach ((int left, int right, _) in all) _joined.Add(Pair(_last[left], _first[right]));
    }

    /// <returns>The first border after <paramref name="start"/> that nothing crosses: the index of the symbol right of it, or the number of symbols.</returns>
    public int Next(ReadOnlySpan<int> symbols, int start)
    {
        if (!_areKnown) return symbols.Length;
        int at = start + 1;
        while (at < symbols.Length && _joined.Contains(Pair(Of(_last, symbols[at - 1]), Of(_first, symbols[at])))) at++;
        return at;
    }

    /// <summary>A token that is in no merge is made of itself.</summary>
    private static int Of(int[] symbols, int token) => token < symbols.Length ? symbols[token] : token;

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;
}
