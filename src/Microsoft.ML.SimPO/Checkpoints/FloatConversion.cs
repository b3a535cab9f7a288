using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Between float32 and the types of checkpoints, bit by bit, so that the thread's rounding and denormal settings do not matter.</summary>
internal static unsafe class FloatConversion
{
    /// <summary>Elements of a block that, with what it is converted from, stays in a core's second-level cache: half a MiB of float32.</summary>
    public const int BlockElements = 1 << 17;

    /// <summary>From any type that converts. Float32 is copied, if it is not already where it belongs.</summary>
    public static void From(CheckpointType type, void* source, float* destination, long count)
    {
        if (type == CheckpointType.BFloat16) FromBFloat16((ushort*)source, destination, count);
        else if (type == CheckpointType.Float16) FromFloat16((ushort*)source, destination, count);
        else if (type == CheckpointType.Float64) FromFloat64((double*)source, destination, count);
        else if (source != destination) Buffer.MemoryCopy(source, destination, count * sizeof(float), count * sizeof(float));
    }

    /// <summary>Exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromBFloat16(ushort* source, float* destination, long count)
    {
        long i = 0;
        for (; i <= count - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            (Vector512<uint> lower, Vector512<uint> upper) = Vector512.Widen(Vector512.Load(source + i));
            (lower << 16).Store((uint*)destination + i);
            (upper << 16).Store((uint*)destination + i + Vector512<uint>.Count);
        }
        for (; i < count; i++) ((uint*)destination)[i] = (uint)source[i] << 16;
    }

    /// <summary>Exact, subnormal numbers too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromFloat16(ushort* source, float* destination, long count)
    {
        long i = 0;
        for (; i <= count - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            (Vector512<uint> lower, Vector512<uint> upper) = Vector512.Widen(Vector512.Load(source + i));
            WidenFloat16(lower).Store(destination + i);
            WidenFloat16(upper).Store(destination + i + Vector512<float>.Count);
        }
        for (; i < count; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Rounds to nearest, ties to even; what is too large becomes an infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromFloat64(double* source, float* destination, long count)
    {
        long i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
            Vector512.Narrow(Vector512.Load(source + i), Vector512.Load(source + i + Vector512<double>.Count)).Store(destination + i);
        for (; i < count; i++) destination[i] = (float)source[i];
    }

    /// <summary>Rounds to nearest, ties to even; what is too large becomes an infinity, every NaN the quiet one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBFloat16(float* source, ushort* destination, long count)
    {
        long i = 0;
        for (; i <= count - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            Vector512<uint> lower = RoundBFloat16(Vector512.Load((uint*)source + i));
            Vector512<uint> upper = RoundBFloat16(Vector512.Load((uint*)source + i + Vector512<uint>.Count));
            Vector512.Narrow(lower, upper).Store(destination + i);
        }
        for (; i < count; i++) destination[i] = RoundBFloat16(((uint*)source)[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> WidenFloat16(Vector512<uint> half)
    {
        Vector512<uint> sign = (half & Vector512.Create(0x8000u)) << 16;
        Vector512<uint> magnitude = (half & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> exponent = magnitude & Vector512.Create(0x0F800000u);
        Vector512<uint> normal = magnitude + Vector512.Create(112u << 23);
        // All ones: infinity or NaN, whose exponent is all ones in float32 too.
        Vector512<uint> special = normal + Vector512.Create(112u << 23);
        // All zeros: zero or subnormal; 2^-14 with the mantissa's bits, less 2^-14.
        Vector512<float> smallest = Vector512.Create(113u << 23).AsSingle();
        Vector512<uint> small = ((magnitude + Vector512.Create(113u << 23)).AsSingle() - smallest).AsUInt32();
        Vector512<uint> bits = Vector512.ConditionalSelect(Vector512.Equals(exponent, Vector512.Create(0x0F800000u)), special, normal);
        bits = Vector512.ConditionalSelect(Vector512.Equals(exponent, Vector512<uint>.Zero), small, bits);
        return (bits | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RoundBFloat16(Vector512<uint> bits)
    {
        Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
        Vector512<uint> isNaN = Vector512.GreaterThan(bits & Vector512.Create(0x7FFFFFFFu), Vector512.Create(0x7F800000u));
        return Vector512.ConditionalSelect(isNaN, Vector512.Create(0x7FC0u), rounded);
    }

    private static ushort RoundBFloat16(uint bits) =>
        (bits & 0x7FFFFFFF) > 0x7F800000 ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}
