using System.Runtime.Intrinsics;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Registers of 512 bits.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static int TileColumns => 4;

    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    public static Vector512<float> Of(float value) => Vector512.Create(value);

    public static void Store(Vector512<float> value, float* to) => value.Store(to);

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    public static Vector512<float> Exp(Vector512<float> value) => Vector512.Exp(value);

    public static float Sum(Vector512<float> value) => Vector512.Sum(value);
}
