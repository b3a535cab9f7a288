using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Cosine and sine of one position for each row, of one rotary embedding.</summary>
internal sealed class RotaryRows(RotaryArchitecture rotary, int rows)
{
    private readonly int _half = rotary.Dimensions / 2;
    private readonly float[] _cos = new float[rows * (rotary.Dimensions / 2)], _sin = new float[rows * (rotary.Dimensions / 2)];
    private float[]? _frequencies;

    /// <param name="length">Of the sequence with this token.</param>
    public void Set(int row, int length)
    {
        if (_frequencies is null || rotary.DependsOnLength) _frequencies = RotaryFrequencies.InverseFrequencies(rotary, length);
        float factor = (float)rotary.AttentionFactor;
        for (int i = 0; i < _half; i++)
        {
            float angle = (length - 1) * _frequencies[i];
            _cos[(row * _half) + i] = MathF.Cos(angle) * factor;
            _sin[(row * _half) + i] = MathF.Sin(angle) * factor;
        }
    }

    /// <summary>(a, b) becomes (a cos - b sin, b cos + a sin) for the two halves of a head's first dimensions.</summary>
    public unsafe void Turn(int row, float* head)
    {
        int start = row * _half;
        for (int i = 0; i < _half; i++)
        {
            float a = head[i], b = head[i + _half], cos = _cos[start + i], sin = _sin[start + i];
            head[i] = (a * cos) - (b * sin);
            head[i + _half] = (b * cos) + (a * sin);
        }
    }
}
