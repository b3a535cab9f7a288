using System.Numerics;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Finds earlier pairs that resemble one (locality-sensitive hashing of MinHash signatures): pairs that agree in all entries of some band
/// are compared, and resemble each other where their signatures' similarity reaches the threshold. It keeps the signatures, 512 bytes a
/// pair, and about 150 bytes a pair to find them by.
/// </summary>
internal sealed class NearDuplicateIndex
{
    private readonly double _threshold;
    private readonly int _rows;
    private readonly int _bands;
    private readonly List<uint[]> _signatures = [];

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
    public int FindOrAdd(uint[] signature)
    {
        for (int band = 0; band < _bands; band++)
        {
            int earlier = _slots[Slot(signature, band)] - 1;
            if (earlier >= 0 && MinHash.Similarity(signature, _signatures[earlier]) >= _threshold) return earlier;
        }
        _signatures.Add(signature);
        if ((_used + _bands) * 2 > _slots.Length) Grow();
        else AddBands(_signatures.Count - 1);
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

    // Of a band's equals only the first is kept: a band that half of a data set has in common costs no more than any other.
    private void AddBands(int number)
    {
        for (int band = 0; band < _bands; band++)
        {
            int slot = Slot(_signatures[number], band);
            if (_slots[slot] != 0) continue;
            _slots[slot] = number + 1;
            _used++;
        }
    }

    private void Grow()
    {
        _slots = new int[checked((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_slots.Length * 2L, (_used + _bands) * 2)))];
        _used = 0;
        for (int number = 0; number < _signatures.Count; number++) AddBands(number);
    }

    /// <summary>The slot of the first signature that is equal in this band, or the free one where it would go.</summary>
    private int Slot(uint[] signature, int band)
    {
        ReadOnlySpan<uint> rows = signature.AsSpan(band * _rows, _rows);
        ulong key = (ulong)band;
        foreach (uint row in rows) key = WordSequences.Mix(key ^ row);
        int mask = _slots.Length - 1;
        for (int slot = (int)key & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0 || _signatures[_slots[slot] - 1].AsSpan(band * _rows, _rows).SequenceEqual(rows)) return slot;
        }
    }
}
