using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>The snippets of docs/guides/data.md, compiled, and run by <see cref="DataGuideTests"/> in a folder that has the files they name.</summary>
internal static class DataGuide
{
    public static IReadOnlyDictionary<string, IDataView> Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView pairs = ml.Alignment.LoadPreferences("pairs.jsonl");

        IDataView mapped = ml.Alignment.LoadPreferences("reviews.jsonl", new PreferenceLoadOptions
        {
            Columns = new PreferenceColumns { Prompt = "task", Chosen = "answers.good", Rejected = "answers.bad" },
        });

        IDataView rated = ml.Alignment.LoadPreferences("rated.jsonl", new PreferenceLoadOptions { RatedPairs = RatedPairs.All, MinimumRatingGap = 1 });

        PreferenceStatistics statistics =
            ml.Alignment.DescribePreferences("pairs.jsonl", modelPath: "model", limits: new StatisticsLimits(Prompt: 1800, Pair: 2048));
        Console.WriteLine(statistics);
        DataFrame lengths = statistics.ToDataFrame();

        DataCheck check = ml.Alignment.Check("pairs.jsonl", modelPath: "model", testPath: "test.jsonl");
        Console.WriteLine(check);
        PreferencePreview preview = ml.Alignment.Preview("pairs.jsonl", "model", rows: 2);
        Console.WriteLine(preview);

        IDataView clean = ml.Alignment.LoadPreferences("pairs.jsonl", filters: new PreferenceFilterOptions
        {
            MaxPairsPerPrompt = 4,
            NearDuplicateSimilarity = 0.8,
            MaxLengthRatio = 5,
            MinimumScoreGap = 0.5f,
            TestData = ["test.jsonl"],
        });

        IDataView mixture = ml.Alignment.LoadPreferences(
            [new MixturePart("pairs.jsonl", 0.5), new MixturePart("rated.jsonl")],
            new PreferenceLoadOptions { Shuffle = true, Seed = 7 });
        DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(mixture, testFraction: 0.2);

        long count = ml.Alignment.SavePreferences(clean, "clean.parquet");
        // </guide>
        Assert.Equal(4, lengths.Rows.Count);
        Assert.Equal(2, preview.Rows.Count);
        Assert.Contains(check.Findings, finding => finding.Rule == "test-in-train");
        return new Dictionary<string, IDataView>
        {
            ["pairs"] = pairs,
            ["mapped"] = mapped,
            ["rated"] = rated,
            ["clean"] = clean,
            ["train"] = parts.TrainSet,
            ["test"] = parts.TestSet,
            ["saved"] = ml.Alignment.LoadPreferences("clean.parquet", new PreferenceLoadOptions { MaxRows = count }),
        };
    }
}
