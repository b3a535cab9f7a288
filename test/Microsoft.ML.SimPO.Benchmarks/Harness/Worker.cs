using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Native;
using QuickStart;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>The process of one side: makes itself ready, then measures one run for every line that it reads.</summary>
internal static class Worker
{
    public const string Argument = "--worker", Mark = "reply: ";

    public static int Run(string name, string side)
    {
        IBenchmark benchmark = BenchmarkList.Find(name)!;
        if (!benchmark.UsesTorch) return Serve(benchmark, side);
        Allocator.KeepLargeBlocks();
        return ComputeThread.Run("benchmark", () => Serve(benchmark, side));
    }

    private static int Serve(IBenchmark benchmark, string side)
    {
        using Workload workload = side == Side.Gemm ? GemmRate.Workload() : benchmark.Prepare(side);
        Reply(new WorkerReply { Amount = workload.Amount, UsefulFlops = workload.UsefulFlops });
        while (Console.ReadLine() is not null) Reply(workload.Measure());
        return 0;
    }

    private static void Reply(WorkerReply reply) => Console.WriteLine(Mark + JsonSerializer.Serialize(reply));

    internal static long PeakRss()
    {
        const string status = "/proc/self/status", field = "VmHWM:";
        if (!File.Exists(status)) return Process.GetCurrentProcess().PeakWorkingSet64;
        string line = File.ReadLines(status).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
