using System.Numerics;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// Finds earlier pairs that resemble one (locality-sensitive hashing of MinHash signatures): pairs that agree in all entries of some band
/// are compared, and resemble each other where their signatures' similarity reaches the threshold. It keeps the signatures, 512 bytes a
/// pair, and about 150 bytes a pair to find them by.
/// </summary>
internal sealed class NearDuplicateIndex
{
    private const int BlockSignatures = 1024;

    private readonly double _threshold;
    private readonly int _rows;
    private readonly int _bands;

    // Signatures one after the other, in blocks that never move.
    private readonly List<uint[]> _blocks = [];
    private int _count;

    // An open hash table of all bands: a slot holds the number of a signature plus one. Whether its band is the one looked for is seen from
    // the signature itself.
    private int[] _slots = new int[1 << 12];
    private long _used;

    public NearDuplicateIndex(double threshold)
    {
        _threshold = threshold;
        _rows = RowsPerBand(threshold);
        _bands = MinHash.Length / _rows;
    }

    /// <summary>Number of the earlier signature that this one resembles; or -1, and then it is added.</summary>
    public int FindOrAdd(ReadOnlySpan<uint> signature)
    {
        for (int band = 0; band < _bands; band++)
        {
            int earlier = _slots[Slot(signature, band)] - 1;
            if (earlier >= 0 && MinHash.Similarity(signature, Signature(earlier)) >= _threshold) return earlier;
        }
        if (_count % BlockSignatures == 0) _blocks.Add(new uint[BlockSignatures * MinHash.Length]);
        signature.CopyTo(Signature(_count++));
        if ((_used + _bands) * 2 > _slots.Length) Grow();
        else AddBands(_count - 1);
        return -1;
    }

    /// <summary>The most rows per band with which a pair at the threshold is found in 97 of 100 cases: more rows, fewer comparisons.</summary>
    internal static int RowsPerBand(double threshold)
    {
        for (int rows = MinHash.Length; rows > 1; rows--)
        {
            if (Math.Pow(1 - Math.Pow(threshold, rows), MinHash.Length / rows) <= 0.03) return rows;
        }
        return 1;
    }

    private Span<uint> Signature(int number) => _blocks[number / BlockSignatures].AsSpan(number % BlockSignatures * MinHash.Length, MinHash.Length);

    // Of a band's equals only the first is kept: a band that half of a data set has in common costs no more than any other.
    private void AddBands(int number)
    {
        for (int band = 0; band < _bands; band++)
        {
            int slot = Slot(Signature(number), band);
            if (_slots[slot] != 0) continue;
            _slots[slot] = number + 1;
            _used++;
        }
    }

    private void Grow()
    {
        _slots = new int[checked((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_slots.Length * 2L, (_used + _bands) * 2)))];
        _used = 0;
        for (int number = 0; number < _count; number++) AddBands(number);
    }

    /// <summary>The slot of the first signature that is equal in this band, or the free one where it would go.</summary>
    private int Slot(ReadOnlySpan<uint> signature, int band)
    {
        ReadOnlySpan<uint> rows = signature.Slice(band * _rows, _rows);
        ulong key = (ulong)band;
        foreach (uint row in rows) key = WordSequences.Mix(key ^ row);
        int mask = _slots.Length - 1;
        for (int slot = (int)key & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0 || Signature(_slots[slot] - 1).Slice(band * _rows, _rows).SequenceEqual(rows)) return slot;
        }
    }
}
