using Microsoft.ML.SimPO.Models.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Rotary;

/// <summary>Cosine and sine of every row of a batch for one rotary embedding, which turns the two halves of each head's first dimensions.</summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cos; // [N, 1, dimensions / 2]
    private readonly Tensor _sin;
    private readonly int _half;

    private RotaryTable(Tensor cos, Tensor sin, int half) => (_cos, _sin, _half) = (cos, sin, half);

    public static RotaryTable Of(RotaryArchitecture rotary, TokenBatch batch, Device device)
    {
        int half = rotary.Dimensions / 2;
        float[] cos = new float[batch.Rows * half], sin = new float[cos.Length];
        foreach (AttentionSegment segment in batch.Segments)
            Fill(cos, sin, RotaryFrequencies.InverseFrequencies(rotary, batch.RotaryLength(segment)), batch.Positions, segment, (float)rotary.AttentionFactor);
        return new RotaryTable(ToTensor(cos, batch.Rows, half, device), ToTensor(sin, batch.Rows, half, device), half);
    }

    /// <summary>Turns the heads of <paramref name="rows"/> in place.</summary>
    /// <param name="rows">[N, heads, headDim], a view</param>
    public void Apply(Tensor rows) => Turn(rows, inverse: false);

    /// <summary>The gradient of <see cref="Apply"/>: turns back. In place.</summary>
    public void ApplyBackward(Tensor gradient) => Turn(gradient, inverse: true);

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }

    /// <summary>(a, b) becomes (a cos - b sin, b cos + a sin), with the sine negated for the inverse.</summary>
    private void Turn(Tensor rows, bool inverse)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = rows.narrow(-1, 0, _half), b = rows.narrow(-1, _half, _half);
        Tensor turned = a * _sin;
        float sign = inverse ? 1 : -1;
        // Held until the call returns: a scalar that TorchSharp makes itself may be finalized while native code still reads it.
        using Scalar plus = sign.ToScalar(), minus = (-sign).ToScalar();
        a.mul_(_cos).addcmul_(b, _sin, plus);
        b.mul_(_cos).add_(turned, minus);
    }

    private static void Fill(float[] cos, float[] sin, float[] frequencies, int[] positions, AttentionSegment segment, float factor)
    {
        for (int row = segment.Start; row < segment.Start + segment.Rows; row++)
            for (int i = 0; i < frequencies.Length; i++)
            {
                float angle = positions[row] * frequencies[i];
                cos[(row * frequencies.Length) + i] = MathF.Cos(angle) * factor;
                sin[(row * frequencies.Length) + i] = MathF.Sin(angle) * factor;
            }
    }

    private static Tensor ToTensor(float[] values, long rows, long half, Device device) =>
        tensor(values, [rows, 1, half], device: device).DetachFromDisposeScope();
}
