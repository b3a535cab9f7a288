using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Reads mutated files in the child process of <see cref="HostileInputTests"/>.</summary>
internal static class MutatedFiles
{
    /// <summary>Set for the child: the number of files and the seed.</summary>
    public const string Variable = "SIMPO_MUTATED_FILES";

    /// <summary>
    /// What reading one may make in memory, all in all, some buffers of 16 MiB that each may claim among it: work that grows faster than a file would make far
    /// more.
    /// </summary>
    private const long MostMade = 160L << 20;

    private static readonly string[] Seeds =
    [
        "plain/rows.jsonl", "plain/rows.json", "plain/rows.jsonl.gz", "plain/rows.csv", "plain/rows.tsv", "plain/rows.parquet", "plain/rows.snappy.parquet",
        "plain/rows.brotli.parquet", "plain/rows.gzip.v2.parquet", "plain/rows.arrow", "plain/rows.lz4.feather", "plain/rows.stream.arrow",
        "ultrafeedback-binarized/rows.json", "ultrafeedback-binarized/rows.parquet", "ultrafeedback-binarized/rows.gzip.v2.parquet",
        "ultrafeedback-binarized/rows.lz4.feather", "ultrafeedback-binarized/rows.stream.arrow", "llama-factory-alpaca/rows.parquet", "hh-rlhf/rows.jsonl",
    ];

    /// <summary>Prints how many files were read, how many refused, and what the most of them took.</summary>
    public static int Run(int count, long seed)
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(seed);
        var meter = new WorkMeter();
        for (int i = 0; i < count; i++)
        {
            string name = Seeds[i % Seeds.Length];
            byte[] bytes =
                Mutation.Of(File.ReadAllBytes(Repository.PathOf(["test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", .. name.Split('/')])), random);
            string path = folder.Write(Path.GetFileName(name), bytes);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Exception? thrown = null;
            meter.Do(FormattableString.Invariant($"mutation {i} of {name}"), () =>
            {
                thrown = Record.Exception(() => PreferenceReader.Read(path).Count());
                return thrown is null ? "read" : "refused";
            });
            bool clear = thrown is null || (thrown is InvalidDataException && thrown.Message.Contains(Path.GetFileName(name), StringComparison.Ordinal));
            long made = GC.GetTotalAllocatedBytes(precise: true) - before;
            if (!clear || made > MostMade)
            {
                Console.WriteLine($"mutation {i} of {name} made {made} bytes: {thrown}");
                return 1;
            }
        }
        Console.WriteLine(meter);
        return 0;
    }
}
