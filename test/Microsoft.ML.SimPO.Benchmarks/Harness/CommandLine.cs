using System.Globalization;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary><c>NAME [--json FILE] [--sides A,B] [--rounds N]</c></summary>
internal static class CommandLine
{
    private const int Fault = 2;

    public static int Run(string[] args)
    {
        if (args is [Worker.Argument, var worker, var side]) return Worker.Run(worker, side);
        if (args.Length == 0 || args.Contains("--help") || args.Contains("-h")) return Help();
        if (BenchmarkList.Find(args[0]) is not { } benchmark) return Complain($"There is no benchmark '{args[0]}'.");
        string? file = null;
        string[]? sides = null;
        int? rounds = null;
        for (int i = 1; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            if (args[i] == "--json" && value is not null) file = value;
            else if (args[i] == "--sides" && value?.Split(',') is { } named && named.All(benchmark.Sides.Contains)) sides = named;
            else if (args[i] == "--rounds" && int.TryParse(value, CultureInfo.InvariantCulture, out int count) && count > 0) rounds = count;
            else return Complain($"Not understood: {args[i]} {value}. The sides are {string.Join(',', benchmark.Sides)}.");
        }
        if (benchmark.Missing() is { } missing)
        {
            Console.WriteLine($"{benchmark.Name}: skipped, {missing}");
            return 0;
        }
        BenchmarkResult result = Runner.Run(benchmark, sides, rounds);
        Report.Print(result, Console.Out);
        if (file is not null) Report.Write(result, file);
        return 0;
    }

    private static int Help()
    {
        Console.WriteLine("Usage: dotnet run -c Release --project test/Microsoft.ML.SimPO.Benchmarks -- NAME [--json FILE] [--sides A,B] [--rounds N]");
        Console.WriteLine();
        foreach (IBenchmark benchmark in BenchmarkList.All) Console.WriteLine($"  {benchmark.Name,-14} {benchmark.Summary}");
        return 0;
    }

    private static int Complain(string what)
    {
        Console.Error.WriteLine($"{what} Try --help.");
        return Fault;
    }
}
