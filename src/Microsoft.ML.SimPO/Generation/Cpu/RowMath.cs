using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>What a token's row goes through between the products.</summary>
internal static unsafe class RowMath<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * factors; x and y may be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Norm(float* x, float* factors, float* y, int size, double epsilon)
    {
        float meanSquare = RowProduct<TLanes, TVector>.Dot(x, x, size) / size;
        float reciprocalRms = 1 / MathF.Sqrt(meanSquare + (float)epsilon);
        TVector scale = TLanes.Of(reciprocalRms);
        int i = 0;
        for (; i + TLanes.Count <= size; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(TLanes.Load(x + i), scale), TLanes.Load(factors + i)), y + i);
        for (; i < size; i++) y[i] = x[i] * reciprocalRms * factors[i];
    }

    /// <summary>y = (x - mean) / sqrt(mean((x - mean)^2) + epsilon) * factors + bias; x and y may be one.</summary>
    /// <param name="bias">Null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* x, float* factors, float* bias, float* y, int size, double epsilon)
    {
        float mean = TensorPrimitives.Sum(new ReadOnlySpan<float>(x, size)) / size;
        for (int i = 0; i < size; i++) y[i] = x[i] - mean;
        Norm(y, factors, y, size, epsilon);
        if (bias is not null) AddScaled(y, bias, 1, size);
    }

    /// <summary>y = max(x, 0)^2</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReluSquared(float* x, float* y, int size)
    {
        for (int i = 0; i < size; i++) y[i] = x[i] > 0 ? x[i] * x[i] : 0;
    }

    /// <summary>y = gelu(x), with tanh</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GeluTanh(float* x, float* y, int size)
    {
        const float beta = 0.7978845608028654f, kappa = 0.044715f;
        for (int i = 0; i < size; i++) y[i] = 0.5f * x[i] * (1 + MathF.Tanh(beta * (x[i] + (kappa * x[i] * x[i] * x[i]))));
    }

    /// <summary>y += factor * x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float* y, float* x, float factor, int size)
    {
        TVector scale = TLanes.Of(factor);
        int i = 0;
        for (; i + TLanes.Count <= size; i += TLanes.Count) TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(x + i), scale, TLanes.Load(y + i)), y + i);
        for (; i < size; i++) y[i] = MathF.FusedMultiplyAdd(x[i], factor, y[i]);
    }

    /// <summary>y = x * factor</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, float factor, float* y, int size)
    {
        TVector scale = TLanes.Of(factor);
        int i = 0;
        for (; i + TLanes.Count <= size; i += TLanes.Count) TLanes.Store(TLanes.Multiply(TLanes.Load(x + i), scale), y + i);
        for (; i < size; i++) y[i] = x[i] * factor;
    }

    /// <summary>y = silu(gate) * up with silu(g) = g / (1 + e^-g)</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SiluGate(float* gate, float* up, float* y, int size)
    {
        TVector one = TLanes.Of(1), minus = TLanes.Of(-1);
        int i = 0;
        for (; i + TLanes.Count <= size; i += TLanes.Count)
        {
            TVector g = TLanes.Load(gate + i);
            TVector silu = TLanes.Divide(g, TLanes.Add(one, TLanes.Exp(TLanes.Multiply(g, minus))));
            TLanes.Store(TLanes.Multiply(silu, TLanes.Load(up + i)), y + i);
        }
        for (; i < size; i++) y[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    /// <summary>y = gelu(gate) * up with gelu(g) = g / 2 (1 + tanh(sqrt(2 / pi) (g + 0.044715 g^3)))</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GeluTanhGate(float* gate, float* up, float* y, int size)
    {
        const float beta = 0.7978845608028654f, kappa = 0.044715f;
        for (int i = 0; i < size; i++)
        {
            float g = gate[i];
            y[i] = 0.5f * g * (1 + MathF.Tanh(beta * (g + (kappa * g * g * g)))) * up[i];
        }
    }

    /// <summary>x = cap * tanh(x / cap)</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SoftCap(float* x, float cap, int size)
    {
        for (int i = 0; i < size; i++) x[i] = cap * MathF.Tanh(x[i] / cap);
    }

    /// <summary>x = e^(x - largest); returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(float* x, float largest, int size)
    {
        TVector minus = TLanes.Of(-largest), sum = default;
        int i = 0;
        for (; i + TLanes.Count <= size; i += TLanes.Count)
        {
            TVector e = TLanes.Exp(TLanes.Add(TLanes.Load(x + i), minus));
            TLanes.Store(e, x + i);
            sum = TLanes.Add(sum, e);
        }
        float total = TLanes.Sum(sum);
        for (; i < size; i++) total += x[i] = MathF.Exp(x[i] - largest);
        return total;
    }
}
