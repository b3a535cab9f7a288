namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary><c>NAME [--json FILE]</c></summary>
internal static class CommandLine
{
    private const int Fault = 2;

    public static int Run(string[] args)
    {
        if (args is [Worker.Argument, var worker, var side]) return Worker.Run(worker, side);
        if (args.Length == 0 || args.Contains("--help") || args.Contains("-h")) return Help();
        string? file = null;
        if (args is [_, "--json", var path]) file = path;
        else if (args.Length != 1) return Complain($"Unknown arguments: {string.Join(' ', args.Skip(1))}.");
        if (BenchmarkList.Find(args[0]) is not { } benchmark) return Complain($"There is no benchmark '{args[0]}'.");
        if (benchmark.Missing() is { } missing)
        {
            Console.WriteLine($"{benchmark.Name}: skipped, {missing}");
            return 0;
        }
        BenchmarkResult result = Runner.Run(benchmark);
        Report.Print(result, Console.Out);
        if (file is not null) Report.Write(result, file);
        return 0;
    }

    private static int Help()
    {
        Console.WriteLine("Usage: dotnet run -c Release --project test/Microsoft.ML.SimPO.Benchmarks -- NAME [--json FILE]");
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
