using Microsoft.ML.SimPO.Data.Writing;
using Microsoft.ML.SimPO.Parity;
using Parquet;
using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data;

public class PreferenceWriterTests
{
    private static readonly PreferenceRow[] Rows =
    [
        new("q \"1\"\n🙂", "yes\t你好", "no", 1.5f, -2),
        new("""[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"}]""", "ja",
            "nein", null, null),
        new("""[{"role":"user","content":"[{\"role\":\"user\",\"content\":\"x\"}]"}]""", "oui", "non", 3, 1),
    ];

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.parquet")]
    public void What_is_written_is_read_again_to_the_character(string name)
    {
        using var folder = new TemporaryFolder();
        PreferenceRow[] rows = Enumerable.Range(0, 900).SelectMany(_ => Rows).ToArray();
        Assert.Equal(2700, PreferenceWriter.Write(folder.File(name), rows, scores: true));
        Assert.Equal(rows, PreferenceReader.Read(folder.File(name)));
        Assert.Equal([folder.File(name)], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.parquet")]
    public void Half_a_surrogate_pair_is_written_as_the_replacement_character_and_what_is_no_text_stays(string name)
    {
        using var folder = new TemporaryFolder();
        PreferenceWriter.Write(folder.File(name), [new PreferenceRow("a\ud83d b", "c\ude00", "d\u2028e\0f", null, null)], scores: false);
        Assert.Equal([new PreferenceRow("a\uFFFD b", "c\uFFFD", "d\u2028e\0f", null, null)], PreferenceReader.Read(folder.File(name)));
    }

    [Fact]
    public void Json_lines_hold_messages_and_scores()
    {
        using var folder = new TemporaryFolder();
        PreferenceWriter.Write(folder.File("a.jsonl"), Rows[..2], scores: true);
        Assert.Equal(
            [
                """{"prompt":[{"role":"user","content":"q \"1\"\n🙂"}],"chosen":[{"role":"assistant","content":"yes\t你好"}],"rejected":"""
                    + """[{"role":"assistant","content":"no"}],"score_chosen":1.5,"score_rejected":-2}""",
                """{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"q"},"""
                    + """{"role":"assistant","content":"a"},{"role":"user","content":"r"}],"chosen":[{"role":"assistant","content":"ja"}],"rejected":"""
                    + """[{"role":"assistant","content":"nein"}],"score_chosen":null,"score_rejected":null}""",
            ],
            File.ReadAllLines(folder.File("a.jsonl")).Select(line => line.Replace("\\uD83D\\uDE42", "🙂", StringComparison.Ordinal)));
    }

    /// <summary>
    /// Against a file that <c>datasets</c> wrote: every level of a list of messages has the name, type, repetition and logical type that it has there. Beyond
    /// that no metadata is needed: <c>datasets</c> derives its features from the schema, and a <c>huggingface</c> key would tie the file to the versions that
    /// know the names in it.
    /// </summary>
    [Fact]
    public async Task Parquet_has_the_schema_that_datasets_gives_lists_of_messages()
    {
        using var folder = new TemporaryFolder();
        PreferenceWriter.Write(folder.File("a.parquet"), Rows[..2], scores: true);
        string[] golden = await SchemaOf(Path.Combine(GoldenCases.OwnRoot, "data", "chat-prompt-messages", "rows.parquet"));
        string[] own = await SchemaOf(folder.File("a.parquet"));
        Assert.Equal(golden.Order(StringComparer.Ordinal), own[..^2].Order(StringComparer.Ordinal));
        Assert.Equal(["score_chosen FLOAT OPTIONAL", "score_rejected FLOAT OPTIONAL"], own[^2..]);
        Assert.Contains("prompt/list/element/content BYTE_ARRAY OPTIONAL UTF8 STRING", own);
    }

    /// <summary>The elements of a file's schema but for its root, each with its path.</summary>
    private static async Task<string[]> SchemaOf(string path)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        var open = new Stack<(string Path, int Left)>();
        var lines = new List<string>();
        foreach (SchemaElement element in reader.Metadata!.Schema.Skip(1))
        {
            while (open.TryPeek(out (string Path, int Left) full) && full.Left == 0) open.Pop();
            string name = element.Name;
            if (open.TryPop(out (string Path, int Left) parent))
            {
                name = $"{parent.Path}/{name}";
                open.Push((parent.Path, parent.Left - 1));
            }
            if (element.NumChildren is > 0 and int children) open.Push((name, children));
            string logical = element.LogicalType switch { { STRING: not null } => " STRING", { LIST: not null } => " LIST", null => "", _ => " other" };
            lines.Add($"{name}{(element.Type is { } type ? $" {type}" : "")} "
                + $"{element.RepetitionType}{(element.ConvertedType is { } converted ? $" {converted}" : "")}{logical}");
        }
        return [.. lines];
    }

    [Fact]
    public void A_failure_leaves_no_file_behind()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidOperationException>(
            () => PreferenceWriter.Write(folder.File("a.parquet"), Rows.Select(PreferenceRow (_) => throw new InvalidOperationException()), scores: false));
        Assert.Empty(Directory.GetFiles(folder.Path));
        var thrown = Assert.Throws<ArgumentException>(() => PreferenceWriter.Write(folder.File("a.csv"), Rows, scores: true));
        Assert.Equal("`path` must end in .jsonl, .json or .parquet, but ends in `.csv`. (Parameter 'path')", thrown.Message);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.parquet")]
    public void No_pairs_make_a_file_without_rows(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, PreferenceWriter.Write(folder.File(name), [], scores: false));
        Assert.True(File.Exists(folder.File(name)));
    }
}
