using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// oneDNN's product of float32 matrices, through the function of libtorch that has it inside. It is called directly: libtorch's own way to it is a setting of
/// the whole process, which is the host's, and which sends small products and those inside attention there too, where it is the slower one.
/// </summary>
internal static unsafe class OneDnn
{
    /// <summary><c>at::native::mkldnn_matmul(const Tensor&amp; a, const Tensor&amp; b, const Tensor&amp; result, float beta, float alpha)</c></summary>
    private const string Name = "_ZN2at6native13mkldnn_matmulERKNS_6TensorES3_S3_ff";

    /// <summary>With one of these it may run without AVX-512, and the function then ends the process.</summary>
    private static readonly string[] Limits = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"];

    private static readonly Lazy<string?> Reason = new(FindReason);
    private static delegate* unmanaged<nint, nint, nint, float, float, void> _product;

    /// <summary>Why it cannot be used, as the end of a sentence; null where it can.</summary>
    public static string? Missing => Reason.Value;

    /// <summary>Whether the processor is one on which it is the faster one for large products.</summary>
    public static bool IsFaster => Processor.IsAmd && HasAvx512;

    /// <summary>Of AVX-512 what the function asks for.</summary>
    private static bool HasAvx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported;

    /// <summary>result = a b, or result + a b.</summary>
    /// <param name="a">[M, K] float32 on the CPU, without gaps, or the transpose of such a one; so is <paramref name="b"/>.</param>
    /// <param name="b">[K, N]</param>
    /// <param name="result">[M, N], without gaps</param>
    /// <param name="adds">Whether what is in <paramref name="result"/> counts.</param>
    public static void Product(Tensor a, Tensor b, Tensor result, bool adds)
    {
        _product(a.Handle, b.Handle, result.Handle, adds ? 1 : 0, 1);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(result);
    }

    private static string? FindReason()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return "it is reached on Linux x64 alone";
        if (!HasAvx512) return "the processor has no AVX-512 (F, BW, DQ, VL)";
        if (Limits.FirstOrDefault(l => Environment.GetEnvironmentVariable(l) is { Length: > 0 }) is { } limit) return $"{limit} is set";
        TorchRuntime.EnsureLoaded();
        if (!NativeLibrary.TryLoad("libtorch_cpu.so", out nint library) || !NativeLibrary.TryGetExport(library, Name, out nint function))
            return "this libtorch does not export it";
        _product = (delegate* unmanaged<nint, nint, nint, float, float, void>)function;
        return IsExact() ? null : "its products are not those of float32 here";
    }

    /// <summary>
    /// Each form that is used, on numbers that bfloat16 cannot hold: products with a permutation are exact in float32, whatever the order of sums.
    /// </summary>
    private static bool IsExact()
    {
        const int size = 64;
        using NewScope scope = new();
        Tensor numbers = arange(size * size, float32, device: CPU).view(size, size).div_(1 << 20).add_(1); // 1 + n / 2^20: 20 bits behind the point
        Tensor order = arange(size, int64, device: CPU).mul_(5).add_(3).remainder_(size);
        Tensor permutation = eye(size, dtype: float32, device: CPU).index_select(0, order);
        Tensor expected = numbers.index_select(0, order), result = full_like(numbers, float.NaN);
        foreach (Tensor left in new[] { permutation, permutation.t().contiguous().t() })
            foreach (Tensor right in new[] { numbers, numbers.t().contiguous().t() })
            {
                Product(left, right, result, adds: false);
                if (!result.eq(expected).all().item<bool>()) return false;
                Product(left, right, result, adds: true);
                if (!result.eq(expected * 2).all().item<bool>()) return false;
            }
        return true;
    }
}
