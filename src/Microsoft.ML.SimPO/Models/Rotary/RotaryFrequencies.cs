using Microsoft.ML.SimPO.Models.Layers;

namespace Microsoft.ML.SimPO.Models.Rotary;

/// <summary>
/// Inverse frequencies f_i = base^(-2i / d), scaled:
/// linear f / factor;
/// dynamic base' = base ((factor L / max) - (factor - 1))^(d / (d - 2)) with L = max(length, max);
/// llama3 by wave length 2 pi / f: f / factor above original / low, f below original / high, a blend between;
/// yarn a ramp between f / factor and f;
/// proportional f / factor of the first pairs, 0 of the others;
/// longrope 1 / (ext_i base^(2i / d)), ext by whether the length is above the original maximum.
/// Rounded to float32 where Hugging Face rounds, for angles at high positions magnify the last bit.
/// </summary>
internal static class RotaryFrequencies
{
    /// <param name="length">The length of the sequence in positions; matters to dynamic and longrope only.</param>
    /// <returns>[Dimensions / 2] radians a position</returns>
    public static float[] InverseFrequencies(RotaryArchitecture rotary, int length) => rotary.Scaling switch
    {
        RotaryScaling.None => Plain(rotary, rotary.Base),
        RotaryScaling.Linear => [.. Plain(rotary, rotary.Base).Select(f => f / (float)rotary.Factor)],
        RotaryScaling.Dynamic => Plain(rotary, DynamicBase(rotary, length)),
        RotaryScaling.Llama3 => [.. Plain(rotary, rotary.Base).Select(f => Llama3(rotary, f))],
        RotaryScaling.Yarn => Yarn(rotary),
        RotaryScaling.LongRope => LongRope(rotary, length),
        RotaryScaling.Proportional => [.. Plain(rotary, rotary.Base).Select((f, i) => i < TurnedPairs(rotary) ? f / (float)rotary.Factor : 0)],
        _ => throw new ArgumentOutOfRangeException(nameof(rotary), rotary.Scaling, "Not a rotary scaling."),
    };

    private static int TurnedPairs(RotaryArchitecture rotary) => (int)(rotary.Part * rotary.Dimensions / 2);

    private static float[] Plain(RotaryArchitecture rotary, double @base) => [.. Powers(rotary, @base).Select(p => 1f / p)];

    /// <summary>base^(2i / d)</summary>
    private static IEnumerable<float> Powers(RotaryArchitecture rotary, double @base) =>
        Enumerable.Range(0, rotary.Dimensions / 2).Select(i => (float)Math.Pow(@base, (float)(2 * i) / rotary.Dimensions));

    private static double DynamicBase(RotaryArchitecture rotary, int length)
    {
        double longest = Math.Max(length, rotary.MaxPositions);
        double d = rotary.Dimensions;
        return rotary.Base * Math.Pow((rotary.Factor * longest / rotary.MaxPositions) - (rotary.Factor - 1), d / (d - 2));
    }

    private static float Llama3(RotaryArchitecture rotary, float frequency)
    {
        double waveLength = 2 * Math.PI / frequency;
        if (waveLength > rotary.OriginalMaxPositions / rotary.LowFrequencyFactor) return frequency / (float)rotary.Factor;
        if (waveLength < rotary.OriginalMaxPositions / rotary.HighFrequencyFactor) return frequency;
        double smooth = ((rotary.OriginalMaxPositions / waveLength) - rotary.LowFrequencyFactor) / (rotary.HighFrequencyFactor - rotary.LowFrequencyFactor);
        return (float)(((1 - smooth) * frequency / rotary.Factor) + (smooth * frequency));
    }

    private static float[] Yarn(RotaryArchitecture rotary)
    {
        double d = rotary.Dimensions;
        double Correction(double rotations) => d * Math.Log(rotary.OriginalMaxPositions / (rotations * 2 * Math.PI)) / (2 * Math.Log(rotary.Base));
        double low = Correction(rotary.BetaFast), high = Correction(rotary.BetaSlow);
        if (rotary.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, d - 1));
        if (low == high) high += 0.001; // no division by zero
        float[] plain = Plain(rotary, rotary.Base);
        for (int i = 0; i < plain.Length; i++)
        {
            float ramp = (float)Math.Clamp((i - low) / (high - low), 0, 1);
            plain[i] = (plain[i] / (float)rotary.Factor * ramp) + (plain[i] * (1 - ramp));
        }
        return plain;
    }

    private static float[] LongRope(RotaryArchitecture rotary, int length)
    {
        IReadOnlyList<double> factors = length > rotary.OriginalMaxPositions ? rotary.LongFactors : rotary.ShortFactors;
        return [.. Powers(rotary, rotary.Base).Zip(factors, (power, factor) => 1f / ((float)factor * power))];
    }
}
