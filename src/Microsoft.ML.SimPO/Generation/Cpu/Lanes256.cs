using System.Runtime.Intrinsics;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Registers of 256 bits.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static int TileColumns => 3;

    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    public static Vector256<float> Of(float value) => Vector256.Create(value);

    public static void Store(Vector256<float> value, float* to) => value.Store(to);

    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    public static Vector256<float> Exp(Vector256<float> value) => Vector256.Exp(value);

    public static float Sum(Vector256<float> value) => Vector256.Sum(value);
}
