using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Native;

/// <summary>Passes over memory that libtorch would need several for. Each number's result depends on nothing but its own inputs.</summary>
internal static unsafe class VectorKernels
{
    /// <summary>Numbers that are summed in float32 before the sum becomes a double: short enough to lose no digit that matters.</summary>
    private const int SumLength = 4096;

    /// <summary>
    /// One AdamW step on <paramref name="count"/> numbers: w *= WeightFactor; g = GradientFactor g; m += (1 - b1)(g - m); v = b2 v + (1 - b2) g^2;
    /// w -= StepSize m / (sqrt(v) / SecondRoot + epsilon). The gradient stays as it is.
    /// </summary>
    public static void AdamW(float* weight, float* gradient, float* first, float* second, int count, in AdamWCoefficients c)
    {
        var factor = new Vector<float>(c.GradientFactor);
        var decay = new Vector<float>(c.WeightFactor);
        var beta2 = new Vector<float>(c.Beta2);
        var towardsFirst = new Vector<float>(c.Towards1);
        var towardsSecond = new Vector<float>(c.Towards2);
        var stepSize = new Vector<float>(c.StepSize);
        var root = new Vector<float>(c.SecondRoot);
        var epsilon = new Vector<float>(c.Epsilon);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> g = Read(gradient + i) * factor, m = Read(first + i);
            m += towardsFirst * (g - m);
            Vector<float> v = (beta2 * Read(second + i)) + (towardsSecond * g * g);
            Write(first + i, m);
            Write(second + i, v);
            Write(weight + i, (Read(weight + i) * decay) - (stepSize * m / ((Vector.SquareRoot(v) / root) + epsilon)));
        }
        for (; i < count; i++)
        {
            float g = gradient[i] * c.GradientFactor;
            float m = first[i] += c.Towards1 * (g - first[i]);
            float v = second[i] = (c.Beta2 * second[i]) + (c.Towards2 * g * g);
            weight[i] = (weight[i] * c.WeightFactor) - (c.StepSize * m / ((MathF.Sqrt(v) / c.SecondRoot) + c.Epsilon));
        }
    }

    /// <summary>The sum of squares; NaN and infinities stay what they are.</summary>
    public static double SumOfSquares(float* values, int count)
    {
        double sum = 0;
        for (int from = 0; from < count; from += SumLength) sum += PartialSumOfSquares(values + from, Math.Min(SumLength, count - from));
        return sum;
    }

    private static float PartialSumOfSquares(float* values, int count)
    {
        Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a;
        int i = 0, width = Vector<float>.Count;
        for (; i <= count - (4 * width); i += 4 * width)
        {
            Vector<float> p = Read(values + i), q = Read(values + i + width), r = Read(values + i + (2 * width)), s = Read(values + i + (3 * width));
            a += p * p;
            b += q * q;
            c += r * r;
            d += s * s;
        }
        float sum = Vector.Sum((a + b) + (c + d));
        for (; i < count; i++) sum += values[i] * values[i];
        return sum;
    }

    private static Vector<float> Read(float* from) => Unsafe.ReadUnaligned<Vector<float>>(from);

    private static void Write(float* to, Vector<float> value) => Unsafe.WriteUnaligned(to, value);
}
