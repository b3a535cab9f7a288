namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Finds earlier pairs that resemble one (locality-sensitive hashing of MinHash signatures): pairs that agree in all entries of some band are compared, and resemble each other where their
/// signatures' similarity reaches the threshold. It keeps the signatures, 512 bytes a pair, and an entry for each band.
/// </summary>
internal sealed class NearDuplicateIndex
{
    private readonly double _threshold;
    private readonly int _rows;
    private readonly Dictionary<ulong, int>[] _bands;
    private readonly List<uint[]> _signatures = [];

    public NearDuplicateIndex(double threshold)
    {
        _threshold = threshold;
        _rows = RowsPerBand(threshold);
        _bands = new Dictionary<ulong, int>[MinHash.Length / _rows];
        for (int i = 0; i < _bands.Length; i++) _bands[i] = [];
    }

    /// <summary>Number of the earlier signature that this one resembles, or -1; then it is added.</summary>
    public int FindOrAdd(uint[] signature)
    {
        Span<ulong> keys = stackalloc ulong[_bands.Length];
        for (int band = 0; band < keys.Length; band++)
        {
            keys[band] = Key(signature.AsSpan(band * _rows, _rows));
            if (_bands[band].TryGetValue(keys[band], out int earlier) && MinHash.Similarity(signature, _signatures[earlier]) >= _threshold) return earlier;
        }
        // Of a band's equals only the first is kept: a bucket that half of a data set falls into costs no more than any other.
        for (int band = 0; band < keys.Length; band++) _bands[band].TryAdd(keys[band], _signatures.Count);
        _signatures.Add(signature);
        return -1;
    }

    /// <summary>The largest rows per band, of those that divide the signature, with which a pair at the threshold is found with 97 % or more.</summary>
    private static int RowsPerBand(double threshold)
    {
        foreach (int rows in (int[])[32, 16, 8, 4, 2])
        {
            double missed = Math.Pow(1 - Math.Pow(threshold, rows), MinHash.Length / rows);
            if (missed <= 0.03) return rows;
        }
        return 1;
    }

    private static ulong Key(ReadOnlySpan<uint> rows)
    {
        ulong key = 0;
        foreach (uint row in rows) key = WordSequences.Mix(key ^ row);
        return key;
    }
}
