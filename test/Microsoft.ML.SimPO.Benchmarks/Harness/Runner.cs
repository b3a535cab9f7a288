namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Measures the sides of a benchmark in turns, so that what the machine does beside it hits all of them.</summary>
internal static class Runner
{
    /// <param name="only">The sides beside ours that are measured; null for all.</param>
    /// <param name="rounds">In place of <see cref="IBenchmark.Rounds"/>.</param>
    public static BenchmarkResult Run(IBenchmark benchmark, IReadOnlyList<string>? only = null, int? rounds = null)
    {
        string[] sides = [.. benchmark.Sides.Where(s => s is Side.Ours || only is null || only.Contains(s))];
        string[] names = [.. sides, .. benchmark.UsesTorch ? new[] { Side.Gemm } : []];
        int count = rounds ?? benchmark.Rounds;
        Dictionary<string, WorkerProcess> workers = [];
        Dictionary<string, List<WorkerReply>> replies = names.ToDictionary(n => n, _ => new List<WorkerReply>());
        try
        {
            foreach (string name in names)
            {
                workers[name] = new WorkerProcess(benchmark.Name, name);
                if (!benchmark.IsOneByOne) continue;
                using WorkerProcess alone = workers[name];
                Measure(new() { [name] = alone }, replies, count);
            }
            if (!benchmark.IsOneByOne) Measure(workers, replies, count);
            Console.Error.WriteLine();
            return Summarize(benchmark, sides, workers, replies);
        }
        finally
        {
            foreach (WorkerProcess worker in workers.Values) worker.Dispose();
        }
    }

    private static void Measure(Dictionary<string, WorkerProcess> workers, Dictionary<string, List<WorkerReply>> replies, int rounds)
    {
        for (int round = 0; round <= rounds; round++)
            foreach ((string name, WorkerProcess worker) in workers)
            {
                WorkerReply reply = worker.Run();
                if (round > 0) replies[name].Add(reply); // the first is the warm-up
                Console.Error.Write('.');
            }
    }

    private static BenchmarkResult Summarize(
        IBenchmark benchmark, string[] sides, Dictionary<string, WorkerProcess> workers, Dictionary<string, List<WorkerReply>> replies)
    {
        Dictionary<string, Measurement> measured = sides.ToDictionary(s => s, s => Measure(workers[s].Ready, replies[s], benchmark.Cycle));
        foreach (string side in sides.Except([Side.Ours]))
            measured[side] = measured[side] with { SecondsOverOurs = OverOurs(replies, side), FastestOverOurs = replies[side][^1].FastestOverOurs };
        Measurement ours = measured[Side.Ours];
        Measurement? reference = measured.GetValueOrDefault(Side.Reference);
        double? gemm = replies.TryGetValue(Side.Gemm, out List<WorkerReply>? products) ? products.Max(r => workers[Side.Gemm].Ready.Amount / r.Seconds) : null;
        string[] others = [.. sides.Except([Side.Ours, Side.Reference])];
        var result = new BenchmarkResult
        {
            Name = benchmark.Name,
            Unit = benchmark.Unit,
            Ours = ours,
            Reference = reference,
            Ratio = reference is null ? null : Ratio(workers, replies, ours, reference),
            Variants = others.Length == 0
                ? null : new SortedDictionary<string, Measurement>(others.ToDictionary(o => o, o => measured[o]), StringComparer.Ordinal),
            GemmGflops = gemm,
            UsefulGflops = ours.UsefulGflops,
            RooflineShare = benchmark.Roofline is { } roofline ? ours.Rate.Median / measured[roofline].Rate.Median : ours.UsefulGflops / gemm,
        };
        return sides.Length == benchmark.Sides.Count || benchmark.IsOneByOne ? result with { Bars = [.. benchmark.Bars(result)] } : result;
    }

    private static Measurement Measure(WorkerReply ready, List<WorkerReply> replies, int cycle)
    {
        Spread rate = Spread.Of(replies.Select(r => ready.Amount / r.Seconds));
        string[] names = [.. replies.SelectMany(r => r.Figures?.Keys ?? Enumerable.Empty<string>()).Distinct()];
        double fastest = cycle * ready.Amount / Enumerable.Range(0, cycle).Sum(i => replies.Where((_, round) => round % cycle == i).Min(r => r.Seconds));
        double? Gflops(double unitsPerSecond) => ready.UsefulFlops == 0 ? null : ready.UsefulFlops / ready.Amount * unitsPerSecond / 1e9;
        return new Measurement(rate, replies[^1].PeakRssBytes)
        {
            FastestRate = fastest,
            UsefulGflops = Gflops(fastest),
            MedianUsefulGflops = cycle == 1 ? Gflops(rate.Median) : null,
            Figures = names.Length == 0 ? null : new SortedDictionary<string, double>(
                names.ToDictionary(n => n, n => Spread.Of(replies.Where(r => r.Figures!.ContainsKey(n)).Select(r => r.Figures![n])).Median),
                StringComparer.Ordinal),
        };
    }

    private static Spread OverOurs(Dictionary<string, List<WorkerReply>> replies, string side) =>
        Spread.Of(replies[side].Zip(replies[Side.Ours], (other, ours) => other.SecondsOverOurs ?? other.Seconds / ours.Seconds));

    private static Measurement Ratio(
        Dictionary<string, WorkerProcess> workers, Dictionary<string, List<WorkerReply>> replies, Measurement ours, Measurement reference)
    {
        double Rate(string side, int round) => workers[side].Ready.Amount / replies[side][round].Seconds;
        IEnumerable<double> ratios = Enumerable.Range(0, replies[Side.Ours].Count).Select(i => Rate(Side.Ours, i) / Rate(Side.Reference, i));
        return new Measurement(Spread.Of(ratios), ours.PeakRssBytes / reference.PeakRssBytes);
    }
}
