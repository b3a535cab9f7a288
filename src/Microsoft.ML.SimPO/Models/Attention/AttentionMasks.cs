using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Masks that are added to scores: 0 where a key is visible, minus infinity where not. Visible is q - window &lt; k &lt;= q in positions, so every chunk of
/// queries has the same mask up to where its keys begin: all are views of one band.
/// </summary>
internal sealed class AttentionMasks : IDisposable
{
    private readonly Tensor _band; // [rows, earlier + rows]
    private readonly int _earlier;

    /// <param name="rows">The most queries of a chunk.</param>
    /// <param name="earlier">The most keys before the first query's own.</param>
    /// <param name="window">How many positions back a query sees, itself among them; null for all.</param>
    public AttentionMasks(int rows, int earlier, int? window, Device device)
    {
        _earlier = earlier;
        int keys = earlier + rows;
        float[] band = new float[(long)rows * keys];
        for (int q = 0; q < rows; q++)
        {
            Span<float> row = band.AsSpan(q * keys, keys);
            row[(earlier + q + 1)..].Fill(float.NegativeInfinity);
            if (window is { } w) row[..Math.Max(0, earlier + q + 1 - w)].Fill(float.NegativeInfinity);
        }
        _band = tensor(band, [rows, keys], device: device).DetachFromDisposeScope();
    }

    /// <returns>[rows, keys] of the chunk, a view</returns>
    public Tensor Of(AttentionChunk chunk) => _band.narrow(0, 0, chunk.Rows).narrow(1, _earlier - chunk.Earlier + chunk.FirstKey, chunk.Keys);

    public void Dispose() => _band.Dispose();
}
