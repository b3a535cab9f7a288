using Microsoft.ML.SimPO.Models.Attention;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>Which row of a batch holds the token so many places before that of each row, in the sequence that the row belongs to.</summary>
internal sealed class EarlierRows(TokenBatch batch, Device device) : IDisposable
{
    private readonly Dictionary<int, Tensor> _back = [];

    /// <returns>[N] int64; N, the number of rows, where the sequence has not begun.</returns>
    public Tensor Back(int places)
    {
        if (!_back.TryGetValue(places, out Tensor? rows))
            _back[places] = rows = tensor(RowsOf(places), int64, device).DetachFromDisposeScope();
        return rows;
    }

    /// <summary>The last row of each segment, which must be a sequence alone.</summary>
    public int[] Last() => [.. batch.Segments.Select(s => s.Start + s.Rows - 1)];

    public void Dispose()
    {
        foreach (Tensor rows in _back.Values) rows.Dispose();
        _back.Clear();
    }

    private long[] RowsOf(int places)
    {
        long[] rows = new long[batch.Rows];
        foreach (AttentionSegment segment in batch.Segments)
        {
            for (int i = 0; i < segment.Prefix; i++) rows[segment.Start + i] = i < places ? batch.Rows : segment.Start + i - places;
            foreach ((int start, int count) in segment.Parts())
                for (int i = 0; i < count; i++)
                {
                    int inPrefix = segment.Prefix + i - places; // where it lies if before the continuation
                    rows[start + i] = i >= places ? start + i - places : inPrefix >= 0 ? segment.Start + inPrefix : batch.Rows;
                }
        }
        return rows;
    }
}
