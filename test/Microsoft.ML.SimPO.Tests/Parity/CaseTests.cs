using System.Text.Json;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Small inputs after the kind of public reports, with the value that each has to give.</summary>
public sealed class CaseTests
{
    private static readonly string Root = Path.Combine(GoldenCases.OwnRoot, "cases");

    [Theory]
    [InlineData("30-ultrafeedback-raw/train.jsonl.gz", "30-ultrafeedback-raw/expected-fine-grained.jsonl")]
    [InlineData("31-spark/by-split", "31-spark/expected-by-split.jsonl")]
    [InlineData("31-spark/csv", "31-spark/expected-csv.jsonl")]
    [InlineData("32-arrow-encodings/deltas.arrows", "32-arrow-encodings/expected.jsonl")]
    [InlineData("32-arrow-encodings/run-ends.arrows", "32-arrow-encodings/expected-run-ends.jsonl")]
    [InlineData("33-excel-csv/semicolon-bom.csv", "33-excel-csv/expected.jsonl")]
    [InlineData("33-excel-csv/old-mac.csv", "33-excel-csv/expected.jsonl")]
    [InlineData("36-helpsteer3/preference.jsonl.gz", "36-helpsteer3/expected.jsonl")]
    [InlineData("37-nectar-ranks/train.jsonl.gz", "37-nectar-ranks/expected.jsonl")]
    public void A_file_of_the_kind_gives_its_pairs(string path, string expected)
    {
        PreferenceRow[] rows = [.. PreferenceReader.Read(Path.Combine(Root, path))];
        PreferenceRow[] right = [.. File.ReadLines(Path.Combine(Root, expected)).Select(line => Expected(JsonDocument.Parse(line).RootElement))];
        Assert.Equal(right.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal((i, right[i].Prompt, right[i].Chosen, right[i].Rejected), (i, Canonical(rows[i].Prompt), rows[i].Chosen, rows[i].Rejected));
            if (right[i].ScoreChosen is null) continue;
            Assert.Equal((i, right[i].ScoreChosen, right[i].ScoreRejected), (i, rows[i].ScoreChosen, rows[i].ScoreRejected));
        }
    }

    [Fact]
    public void Every_file_that_DuckDB_or_polars_writes_gives_the_same_pairs_decimals_as_scores()
    {
        string folder = Path.Combine(Root, "08-polars-duckdb");
        PreferenceRow[] right = [.. PreferenceReader.Read(Path.Combine(folder, "pairs.ndjson"))];
        Assert.Equal(4.5f, right[0].ScoreChosen);
        string[] files = [.. Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "pairs.ndjson").Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        foreach (string file in files)
        {
            PreferenceRow[] rows = [.. PreferenceReader.Read(file)];
            Assert.Equal((file, right.Length), (file, rows.Length));
            for (int i = 0; i < rows.Length; i++)
                Assert.Equal((file, i, right[i].Prompt, right[i].Chosen, right[i].Rejected), (file, i, rows[i].Prompt, rows[i].Chosen, rows[i].Rejected));
        }
        PreferenceRow decimals = PreferenceReader.Read(Path.Combine(folder, "duckdb-enum-decimal.parquet")).First();
        Assert.Equal((4.5f, 1.25f), (decimals.ScoreChosen, decimals.ScoreRejected));
    }

    private static PreferenceRow Expected(JsonElement row)
    {
        JsonElement prompt = row.GetProperty("prompt");
        bool isQuestion = prompt.GetArrayLength() == 1 && prompt[0].GetProperty("role").GetString() == "user";
        return new PreferenceRow(
            isQuestion ? prompt[0].GetProperty("content").GetString()! : JsonSerializer.Serialize(prompt),
            row.GetProperty("chosen").GetString()!, row.GetProperty("rejected").GetString()!, Score("score_chosen"), Score("score_rejected"));

        float? Score(string name) =>
            row.TryGetProperty(name, out JsonElement score) && score.ValueKind == JsonValueKind.Number ? score.GetSingle() : null;
    }

    // JSON may escape a character or not; both are the same messages.
    private static string Canonical(string prompt) =>
        prompt.StartsWith("[{\"role\":", StringComparison.Ordinal) ? JsonSerializer.Serialize(JsonDocument.Parse(prompt).RootElement) : prompt;
}
