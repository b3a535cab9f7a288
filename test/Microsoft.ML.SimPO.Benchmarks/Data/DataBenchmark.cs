using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// From a file of preference pairs to ids: reading, the default checks, chat template and tokenizer, in the way that a fit takes; and the search for near
/// duplicates alone.
/// </summary>
internal sealed class DataBenchmark : IBenchmark
{
    private const int ManyRows = 100_000, FewRows = 10_000;
    private const string Few = "10,000 rows", Near = "near duplicates";

    /// <summary>
    /// Rows a second that Hugging Face's <c>datasets.map</c> with template and tokenizer reached with two processes on a machine of two cores (186 with one).
    /// It is a number that was given, not one that is measured here.
    /// </summary>
    private const double PythonRate = 339;

    private static string Root => Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "";

    private static string Original => Path.Combine(Root, "data", "dpo_en_demo.json");

    private static string Model => Path.Combine(Root, "models", "smollm2-135m-instruct");

    public string Name => "data";

    public string Summary => "100,000 preference pairs read, checked and encoded; their near duplicates found";

    public string Unit => "rows/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Few, Near];

    public int Rounds => 1;

    public bool UsesTorch => false;

    public string? Missing() => File.Exists(Original) && Directory.Exists(Model)
        ? null : "it needs data/dpo_en_demo.json and models/smollm2-135m-instruct below the folder that SIMPO_TEST_ASSETS names";

    public Workload Prepare(string side)
    {
        string path = Path.Combine(Path.GetTempPath(), $"simpo-data-{Guid.NewGuid():N}.jsonl");
        int rows = side == Few ? FewRows : ManyRows;
        SubstitutedRows.Write(Original, path, rows, seed: 1);
        double megabytes = new FileInfo(path).Length / 1e6;
        Func<Dictionary<string, double>> run = side == Near ? () => FindNear(path) : FirstPeak(() => Encode(path));
        return new Workload(rows, () => run().Append(new("megabytes", megabytes)).ToDictionary(), () => File.Delete(path));
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
    [
        new("rows/s over those of datasets.map in two processes, given as 339", result.Ours.Rate.Median / PythonRate, 10),
        new("peak RSS beyond the tokens over that of 10,000 rows", result.Ours.Figures!["mbBeyondTokens"] / result.Variants![Few].Figures!["mbBeyondTokens"],
            1.3, AtMost: true),
        new("seconds to find the near duplicates of 100,000 rows", ManyRows / result.Variants[Near].Rate.Median, 60, AtMost: true),
    ];

    private static Dictionary<string, double> Encode(string path)
    {
        var context = new MLContext(1);
        IDataView view = context.Alignment.LoadPreferences(path, filters: new PreferenceFilterOptions());
        PairColumns columns = PairColumns.Of(((IHostEnvironment)context).Register("benchmark"), view.Schema, new SimPOTrainer.Options());
        EncodedPrompts pairs = PairEncoding.Encode(PreferenceEncoder.Load(Model), view, columns, CancellationToken.None);
        // The ids alone: what is held of a pair beside them counts as memory beyond the tokens.
        long bytes = pairs.Sum(pair => 4L * (pair.Chosen.Ids.Length + pair.Rejected.Ids.Length));
        return new Dictionary<string, double> { ["pairs"] = pairs.Count, ["mbOfTokens"] = bytes / 1e6 };
    }

    private static Dictionary<string, double> FindNear(string path)
    {
        var log = new DropLog();
        int kept = PreferenceCleaner.Clean(
            PreferenceReader.ReadLocated(path, null, null, log), new PreferenceFilterOptions { NearDuplicateSimilarity = 0.8 }, log).Count();
        return new Dictionary<string, double> { ["kept"] = kept, ["nearDuplicates"] = log.Count(DropReason.NearDuplicate) };
    }

    /// <summary>The peak of the first run is the run's own: a process never shows less than it had once.</summary>
    private static Func<Dictionary<string, double>> FirstPeak(Func<Dictionary<string, double>> run)
    {
        double? beyond = null;
        return () =>
        {
            Dictionary<string, double> figures = run();
            beyond ??= (Worker.PeakRss() / 1e6) - figures["mbOfTokens"];
            figures["mbBeyondTokens"] = beyond.Value;
            return figures;
        };
    }
}
