using System.Runtime.Intrinsics;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Registers of 128 bits.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static int TileColumns => 4;

    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    public static Vector128<float> Of(float value) => Vector128.Create(value);

    public static void Store(Vector128<float> value, float* to) => value.Store(to);

    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.FusedMultiplyAdd(a, b, c);

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    public static Vector128<float> Exp(Vector128<float> value) => Vector128.Exp(value);

    public static float Sum(Vector128<float> value) => Vector128.Sum(value);
}
