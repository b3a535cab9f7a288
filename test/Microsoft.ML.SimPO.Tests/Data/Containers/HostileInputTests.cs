using System.Diagnostics;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Files that are damaged or made to harm: a clear error, in bounded time.</summary>
public class HostileInputTests
{
    private static readonly string[] Seeds =
    [
        "plain/rows.jsonl", "plain/rows.json", "plain/rows.jsonl.gz", "plain/rows.csv", "plain/rows.tsv", "plain/rows.parquet", "plain/rows.snappy.parquet",
        "plain/rows.brotli.parquet", "plain/rows.gzip.v2.parquet", "plain/rows.arrow", "plain/rows.lz4.feather", "plain/rows.stream.arrow",
        "ultrafeedback-binarized/rows.json", "ultrafeedback-binarized/rows.parquet", "ultrafeedback-binarized/rows.gzip.v2.parquet",
        "ultrafeedback-binarized/rows.lz4.feather", "ultrafeedback-binarized/rows.stream.arrow", "llama-factory-alpaca/rows.parquet", "hh-rlhf/rows.jsonl",
    ];

    [Fact]
    public void Five_hundred_mutated_files_are_read_or_refused_with_a_clear_error() => Mutate(500, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    public void Five_thousand_mutated_files_are_read_or_refused_with_a_clear_error() => Mutate(5000, seed: 2);

    private static void Mutate(int count, long seed)
    {
        using var folder = new TemporaryFolder();
        var random = new SeededRandom(seed);
        for (int i = 0; i < count; i++)
        {
            string name = Seeds[i % Seeds.Length];
            byte[] bytes = Mutation.Of(File.ReadAllBytes(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", name)), random);
            string path = folder.Write(Path.GetFileName(name), bytes);
            var watch = Stopwatch.StartNew();
            Exception? thrown = Record.Exception(() => PreferenceReader.Read(path).Count());
            Assert.True(thrown is null or InvalidDataException, $"mutation {i} of {name}: {thrown}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"mutation {i} of {name} took {watch.Elapsed}");
            if (thrown is not null) Assert.Contains(Path.GetFileName(name), thrown.Message, StringComparison.Ordinal);
        }
    }
}
