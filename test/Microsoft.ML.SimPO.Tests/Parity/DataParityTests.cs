using System.Text.Json;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class DataParityTests
{
    public static TheoryData<GoldenCase> Layouts => GoldenCases.Folders("data", "expected.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Layouts))]
    public void Every_container_of_a_layout_gives_the_expected_pairs_with_no_option(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        string[] expected = File.ReadAllLines(Path.Combine(golden.Path, "expected.jsonl"));
        string[] containers = Directory.EnumerateFileSystemEntries(golden.Path)
            .Where(path => Path.GetFileName(path) != "expected.jsonl")
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.NotEmpty(containers);
        foreach (string container in containers)
        {
            if (expected is [var only] && JsonDocument.Parse(only).RootElement.TryGetProperty("error", out JsonElement error))
                AssertRefused(container, error.GetString()!);
            else AssertRead(container, expected);
        }
    }

    private static void AssertRefused(string container, string error)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.LoadPreferences(container));
        Assert.Contains(error, thrown.Message, StringComparison.Ordinal);
    }

    private static void AssertRead(string container, string[] expected)
    {
        (MLContext context, List<string> lines) = PreferenceView.Context();
        PreferenceRow[] rows = PreferenceView.Rows(context.Alignment.LoadPreferences(container));
        string place = Path.GetFileName(container);
        Assert.True(rows.Length == expected.Length, $"{place}: {rows.Length} rows, expected {expected.Length}. {string.Join(' ', lines)}");
        for (int i = 0; i < rows.Length; i++) Assert.Equal((place, i, Canonical(Expected(expected[i]))), (place, i, Canonical(rows[i])));
        Assert.Single(
            lines, line => line.StartsWith("Info: ", StringComparison.Ordinal) && line.Contains("recognised by its fields", StringComparison.Ordinal));
        bool splits = Directory.Exists(container) && Directory.EnumerateFileSystemEntries(container, "test*", SearchOption.AllDirectories).Any();
        Assert.Equal(splits
            ? 1 : 0, lines.Count(line => line.StartsWith("Info: ", StringComparison.Ordinal) && line.Contains("; leaves out test", StringComparison.Ordinal)));
    }

    /// <summary>What the golden's line says, as a row: the turns put together by the rule for `Prompt` that users are promised.</summary>
    private static PreferenceRow Expected(string line)
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        var turns = row.GetProperty("prompt").EnumerateArray()
            .Select(t => (Role: t.GetProperty("role").GetString()!, Content: t.GetProperty("content").GetString()!)).ToList();
        if (row.TryGetProperty("system", out JsonElement given) && given.GetString() is { } system) turns.Insert(0, ("system", system));
        string prompt = turns is [("user", var text)] ? text : JsonSerializer.Serialize(turns.Select(t => new { role = t.Role, content = t.Content }));
        return new PreferenceRow(
            prompt, row.GetProperty("chosen").GetString()!, row.GetProperty("rejected").GetString()!, Score("score_chosen"), Score("score_rejected"));

        float? Score(string name) => row.TryGetProperty(name, out JsonElement score) ? score.GetSingle() : null;
    }

    // JSON may escape a character or not; both are the same messages.
    private static PreferenceRow Canonical(PreferenceRow row) => row.Prompt.StartsWith("[{\"role\":", StringComparison.Ordinal)
        ? row with { Prompt = JsonSerializer.Serialize(JsonDocument.Parse(row.Prompt).RootElement) }
        : row;
}
