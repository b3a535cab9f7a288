using System.Collections;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encoded pairs in their order. Their ids lie one after the other in a few large arrays: an array for each sequence would stand scattered among the
/// texts that it was made of,
/// and keep their memory from being given back.
/// </summary>
internal sealed class EncodedPairs : IReadOnlyList<EncodedPair>
{
    // A block holds as many ids as all before it, so that few pairs take little; and never so many that its unused rest counts.
    private const int SmallestBlock = 1 << 12, LargestBlock = 1 << 20;

    private readonly List<EncodedPair> _pairs = [];
    private int[] _block = [];
    private int _used;
    private long _total;

    /// <summary>Copies of the pairs.</summary>
    public EncodedPairs(IEnumerable<EncodedPair> pairs)
    {
        foreach (EncodedPair pair in pairs)
            _pairs.Add(new EncodedPair(Store(pair.ChosenIds.Span), pair.ChosenPromptLength, Store(pair.RejectedIds.Span), pair.RejectedPromptLength) { Row = pair.Row });
    }

    public int Count => _pairs.Count;

    public EncodedPair this[int index] => _pairs[index];

    public IEnumerator<EncodedPair> GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TokenIds Store(ReadOnlySpan<int> ids)
    {
        if (ids.Length > _block.Length - _used)
        {
            int length = (int)Math.Clamp(_total, SmallestBlock, LargestBlock);
            (_block, _used) = (GC.AllocateUninitializedArray<int>(Math.Max(length, ids.Length)), 0);
        }
        ids.CopyTo(_block.AsSpan(_used));
        var stored = new TokenIds(_block, _used, ids.Length);
        _used += ids.Length;
        _total += ids.Length;
        return stored;
    }
}
