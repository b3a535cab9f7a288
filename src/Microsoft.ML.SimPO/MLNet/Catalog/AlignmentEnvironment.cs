using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>What a process computes with: versions, processor, memory, devices, and what is taken of them. For a report of a fault, or a log.</summary>
public sealed class AlignmentEnvironment
{
    internal AlignmentEnvironment()
    {
        TorchRuntime.EnsureLoaded();
        LibTorch = __version__;
        Threads = get_num_threads();
        MatrixProducts = Native.MatrixProducts.NameOf(Native.MatrixProducts.Library);
        Devices = ["CPU", .. Enumerable.Range(0, cuda_is_available() ? cuda.device_count() : 0).Select(i => FormattableString.Invariant($"CUDA {i}"))];
    }

    /// <summary>The version of this library.</summary>
    public string Library { get; } = VersionOf(typeof(AlignmentEnvironment));

    /// <summary>The version of Microsoft.ML.</summary>
    public string MLNet { get; } = VersionOf(typeof(MLContext));

    /// <summary>The version of libtorch that TorchSharp was made for.</summary>
    public string LibTorch { get; }

    /// <summary>The version of .NET.</summary>
    public string DotNet { get; } = Environment.Version.ToString();

    /// <summary>Operating system and architecture.</summary>
    public string OperatingSystem { get; } = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}";

    /// <summary>The processor as it names itself, and the widest vectors that it has: <c>AVX-512</c>, <c>AVX2</c>, <c>SSE</c> or <c>NEON</c>.</summary>
    public string Processor { get; } = $"{Native.Processor.Name}, {Native.Processor.Vectors}";

    /// <summary>Processors that the process may use, at least 1.</summary>
    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary>Threads that libtorch computes with, at least 1.</summary>
    public int Threads { get; }

    /// <summary>Bytes of memory that the process may have at most, with those that can be swapped out; null where nobody says.</summary>
    public long? MemoryBytes { get; } = MachineMemory.Most == long.MaxValue ? null : MachineMemory.Most;

    /// <summary>
    /// Who multiplies large float32 matrices on the CPU, of those inside libtorch: <c>oneDNN</c> on AMD's processors with AVX-512, where it is twice as
    /// fast, else <c>MKL</c>. The environment variable <c>SIMPO_MATRIX_PRODUCTS</c> (<c>mkl</c>, <c>onednn</c>) forces either.
    /// </summary>
    public string MatrixProducts { get; }

    /// <summary>What can be computed on: <c>CPU</c>, and <c>CUDA 0</c> and so on.</summary>
    public IReadOnlyList<string> Devices { get; }

    /// <summary>Names and values, a line each.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Lines().Select(l => $"{l.Name,-20}{l.Value}"));

    private IEnumerable<(string Name, string Value)> Lines()
    {
        yield return ("Microsoft.ML.SimPO", Library);
        yield return ("Microsoft.ML", MLNet);
        yield return ("libtorch", LibTorch);
        yield return (".NET", DotNet);
        yield return ("system", OperatingSystem);
        yield return ("processor", Processor);
        yield return ("processors", FormattableString.Invariant($"{Processors}, {Threads} threads of libtorch"));
        yield return ("memory", MemoryBytes is { } bytes ? FormattableString.Invariant($"{bytes / 1e9:F1} GB") : "not known");
        yield return ("matrix products", MatrixProducts);
        yield return ("devices", string.Join(", ", Devices));
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? $"{type.Assembly.GetName().Version}";
}
