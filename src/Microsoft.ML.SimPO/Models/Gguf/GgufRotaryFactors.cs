using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>What a GGUF file has of a llama3 scaling: the number that each frequency is divided by, in float32 as llama.cpp's converter computes it.</summary>
internal static class GgufRotaryFactors
{
    /// <summary>How far two ways to compute a factor may be apart, of it.</summary>
    private const double Tolerance = 1e-6;

    private const double UsualLow = 1, UsualHigh = 4, UsualOriginal = 8192;

    private const int MostPositions = 1 << 24;

    /// <returns>[dimensions / 2]</returns>
    public static float[] Of(RotaryArchitecture rotary)
    {
        float low = (float)rotary.LowFrequencyFactor, high = (float)rotary.HighFrequencyFactor, original = (float)rotary.OriginalMaxPositions;
        var factors = new float[rotary.Dimensions / 2];
        for (int i = 0; i < factors.Length; i++)
        {
            float frequency = 1 / MathF.Pow((float)rotary.Base, 2f * i / rotary.Dimensions), length = (float)(2 * Math.PI) / frequency;
            if (length < original / high) factors[i] = 1;
            else if (length > original / low) factors[i] = (float)rotary.Factor;
            else
            {
                float smooth = ((original / length) - low) / (high - low);
                factors[i] = 1 / (((1 - smooth) / (float)rotary.Factor) + smooth);
            }
        }
        return factors;
    }

    /// <summary>The scaling that has these factors; null where they are of none with the usual borders, 1 and 4 turns.</summary>
    public static RotaryArchitecture? Find(IReadOnlyList<float> factors, double @base)
    {
        float most = factors.Max();
        if (most <= 1 || !float.IsFinite(most)) return null;
        for (int i = 0; i < factors.Count; i++)
        {
            if (!(factors[i] > 1 && factors[i] < most)) continue;
            double part = ((1.0 / factors[i]) - (1.0 / most)) / (1 - (1.0 / most)), turns = UsualLow + (part * (UsualHigh - UsualLow));
            double original = Math.Round(turns * 2 * Math.PI * Math.Pow(@base, (double)i / factors.Count));
            return original is >= 1 and <= MostPositions ? Checked(original) : null;
        }
        return Checked(UsualOriginal); // no frequency lies between the borders

        RotaryArchitecture? Checked(double original)
        {
            var rotary = new RotaryArchitecture
            {
                Dimensions = 2 * factors.Count, Base = @base, MaxPositions = 1, Scaling = RotaryScaling.Llama3, Factor = most, OriginalMaxPositions = original,
                LowFrequencyFactor = UsualLow, HighFrequencyFactor = UsualHigh,
            };
            return Of(rotary).Zip(factors).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance * pair.First) ? rotary : null;
        }
    }
}
