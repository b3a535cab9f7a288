using Microsoft.ML.SimPO.Models.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Rotary;

/// <summary>
/// Cosine and sine of every row of a batch for one rotary embedding, which turns pairs of each head's first dimensions: its two halves, or neighbours.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cos; // [N, 1, dimensions / 2]
    private readonly Tensor _sin;
    private readonly Tensor? _queryScales; // [N, 1, 1]
    private readonly int _half;
    private readonly bool _isInterleaved;

    private RotaryTable(RotaryArchitecture rotary, Tensor cos, Tensor sin, Tensor? queryScales) =>
        (_cos, _sin, _queryScales, _half, _isInterleaved) = (cos, sin, queryScales, rotary.Dimensions / 2, rotary.IsInterleaved);

    public static RotaryTable Of(RotaryArchitecture rotary, TokenBatch batch, Device device)
    {
        int half = rotary.Dimensions / 2;
        float[] cos = new float[batch.Rows * half], sin = new float[cos.Length];
        foreach (AttentionSegment segment in batch.Segments)
            Fill(cos, sin, RotaryFrequencies.InverseFrequencies(rotary, batch.RotaryLength(segment)), batch.Positions, segment, rotary);
        Tensor? scales = rotary.QueryScaleBeta == 0 ? null : ToTensor(Array.ConvertAll(batch.Positions, rotary.QueryScale), batch.Rows, 1, device);
        return new RotaryTable(rotary, ToTensor(cos, batch.Rows, half, device), ToTensor(sin, batch.Rows, half, device), scales);
    }

    /// <summary>Turns the heads of <paramref name="rows"/> in place, and scales the queries among them by their position where the model does.</summary>
    /// <param name="rows">[N, heads, headDim], a view</param>
    /// <param name="queries">How many heads are queries; they come first.</param>
    public void Apply(Tensor rows, long queries)
    {
        Turn(rows, inverse: false);
        Scale(rows, queries);
    }

    /// <summary>The gradient of <see cref="Apply"/>: scales and turns back. In place.</summary>
    public void ApplyBackward(Tensor gradient, long queries)
    {
        Scale(gradient, queries);
        Turn(gradient, inverse: true);
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
        _queryScales?.Dispose();
    }

    private void Scale(Tensor rows, long queries)
    {
        if (_queryScales is null) return;
        using Tensor part = rows.narrow(1, 0, queries);
        _ = part.mul_(_queryScales); // which returns itself
    }

    /// <summary>(a, b) becomes (a cos - b sin, b cos + a sin), with the sine negated for the inverse.</summary>
    private void Turn(Tensor rows, bool inverse)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = _isInterleaved ? rows.slice(-1, 0, 2 * _half, 2) : rows.narrow(-1, 0, _half);
        Tensor b = _isInterleaved ? rows.slice(-1, 1, 2 * _half, 2) : rows.narrow(-1, _half, _half);
        Tensor turned = a * _sin;
        float sign = inverse ? 1 : -1;
        // Held until the call returns: a scalar that TorchSharp makes itself may be finalized while native code still reads it.
        using Scalar plus = sign.ToScalar(), minus = (-sign).ToScalar();
        a.mul_(_cos).addcmul_(b, _sin, plus);
        b.mul_(_cos).add_(turned, minus);
    }

    private static void Fill(float[] cos, float[] sin, float[] frequencies, int[] positions, AttentionSegment segment, RotaryArchitecture rotary)
    {
        float factor = (float)rotary.AttentionFactor;
        for (int row = segment.Start; row < segment.Start + segment.Rows; row++)
            for (int i = 0; i < frequencies.Length; i++)
            {
                float angle = positions[row] * frequencies[i];
                cos[(row * frequencies.Length) + i] = MathF.Cos(angle) * factor;
                sin[(row * frequencies.Length) + i] = MathF.Sin(rotary.IsReversed ? -angle : angle) * factor;
            }
    }

    private static Tensor ToTensor(float[] values, long rows, long half, Device device) =>
        tensor(values, [rows, 1, half], device: device).DetachFromDisposeScope();
}
