using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Microsoft.ML.SimPO.Native;

/// <summary>The processor as it names itself, and what it can do that matters for products.</summary>
internal static class Processor
{
    public static string Name { get; } = FindName();

    /// <summary>The widest vector instructions that .NET and libtorch both know.</summary>
    public static string Vectors =>
        Avx512BW.IsSupported && Avx512DQ.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : X86Base.IsSupported ? "SSE" : "NEON";

    public static bool IsAmd { get; } = X86Base.IsSupported && Vendor() == "AuthenticAMD";

    private static string Vendor()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        return Text(b, d, c);
    }

    private static string FindName()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(int.MinValue, 0).Eax < 0x80000004) return RuntimeInformation.ProcessArchitecture.ToString();
        StringBuilder name = new();
        for (int leaf = 2; leaf <= 4; leaf++)
        {
            (int a, int b, int c, int d) = X86Base.CpuId(int.MinValue + leaf, 0);
            name.Append(Text(a, b, c, d));
        }
        return name.ToString().Trim('\0', ' ');
    }

    private static string Text(params int[] registers) => Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>(registers));
}
