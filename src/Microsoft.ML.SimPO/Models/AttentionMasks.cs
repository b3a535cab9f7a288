using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Masks that are added to scores: 0 where a key is visible, minus infinity where not. Visible is q - window &lt; k &lt;= q in positions.</summary>
internal static class AttentionMasks
{
    /// <param name="queries">Positions of the queries.</param>
    /// <param name="keys">Positions of the keys.</param>
    /// <returns>[queries, keys] float32</returns>
    public static Tensor ByPosition(ReadOnlySpan<int> queries, ReadOnlySpan<int> keys, int? window, Device device)
    {
        float[] mask = new float[queries.Length * keys.Length];
        for (int q = 0; q < queries.Length; q++)
        {
            Span<float> row = mask.AsSpan(q * keys.Length, keys.Length);
            for (int k = 0; k < keys.Length; k++)
            {
                bool visible = keys[k] <= queries[q] && (window is not { } w || keys[k] > queries[q] - w);
                if (!visible) row[k] = float.NegativeInfinity;
            }
        }
        return tensor(mask, [queries.Length, keys.Length], device: device);
    }
}
