using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Cosine and sine of one position for each row, of one rotary embedding.</summary>
internal sealed class RotaryRows(RotaryArchitecture rotary, int rows)
{
    private readonly int _half = rotary.Dimensions / 2;
    private readonly float[] _cos = new float[rows * (rotary.Dimensions / 2)], _sin = new float[rows * (rotary.Dimensions / 2)];
    private readonly float[] _queryScales = new float[rows];
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
            _sin[(row * _half) + i] = MathF.Sin(rotary.IsReversed ? -angle : angle) * factor;
        }
        if (rotary.QueryScaleBeta != 0) _queryScales[row] = rotary.QueryScale(length - 1);
    }

    /// <summary>Multiplies a query by what its position asks for, where the model does that.</summary>
    public unsafe void Scale(int row, float* query, int size)
    {
        if (rotary.QueryScaleBeta == 0) return;
        for (int i = 0; i < size; i++) query[i] *= _queryScales[row];
    }

    /// <summary>(a, b) becomes (a cos - b sin, b cos + a sin) for the two halves of a head's first dimensions, or for neighbours.</summary>
    public unsafe void Turn(int row, float* head)
    {
        int start = row * _half;
        for (int i = 0; rotary.IsInterleaved && i < _half; i++)
        {
            float a = head[2 * i], b = head[(2 * i) + 1], cos = _cos[start + i], sin = _sin[start + i];
            head[2 * i] = (a * cos) - (b * sin);
            head[(2 * i) + 1] = (b * cos) + (a * sin);
        }
        if (rotary.IsInterleaved) return;
        for (int i = 0; i < _half; i++)
        {
            float a = head[i], b = head[i + _half], cos = _cos[start + i], sin = _sin[start + i];
            head[i] = (a * cos) - (b * sin);
            head[i + _half] = (b * cos) + (a * sin);
        }
    }
}
