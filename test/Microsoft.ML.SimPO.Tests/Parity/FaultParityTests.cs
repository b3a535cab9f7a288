using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Data sets with one seeded fault each, and twins without: a check names every fault, and says nothing of the twins.</summary>
[Trait("Category", "Parity")]
public sealed class FaultParityTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string root in Roots)
                foreach (JsonElement entry in Manifest(root)) data.Add(root, entry.GetProperty("id").GetString()!);
            return data;
        }
    }

    public static TheoryData<GoldenCase> Layouts => GoldenCases.Folders("data", "expected.jsonl", "rows.jsonl");

    private static IEnumerable<string> Roots => GoldenCases.Roots.Where(root => File.Exists(Path.Combine(root, "faults", "manifest.json")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_seeded_fault_is_named_with_its_rows_and_no_twin_has_one(string root, string id)
    {
        JsonElement entry = Manifest(root).Single(e => e.GetProperty("id").GetString() == id);
        // Texts that are framed already are looked at by whoever has a template, too.
        bool isText = entry.GetProperty("read").GetProperty("template").ValueKind == JsonValueKind.Null;
        foreach (bool applies in isText ? new[] { false, true } : [true]) Compare(entry, Check(root, entry, applies));
    }

    private static void Compare(JsonElement entry, DataCheck check)
    {
        AssertForm(JsonDocument.Parse(check.ToJson()).RootElement);
        if (entry.GetProperty("fault").GetString() is not { } fault)
        {
            Assert.True(check.IsWell, check.ToString());
            return;
        }
        DataFinding? finding = check.Findings.SingleOrDefault(f => f.Rule == fault);
        Assert.True(finding is not null, $"{fault} is not named:\n{check}");
        Assert.True(finding.Severity >= Severity(entry), check.ToString());
        JsonElement rows = entry.GetProperty("rows");
        long[]? expected = rows.ValueKind switch
        {
            JsonValueKind.Array => [.. rows.EnumerateArray().Select(row => row.GetInt64())],
            JsonValueKind.Object => [.. rows.GetProperty("exact").EnumerateArray().Concat(rows.GetProperty("near").EnumerateArray())
                .Select(pair => pair[1].GetInt64()).Order()],
            _ => null,
        };
        if (expected is not null) Assert.Equal([expected.Length, .. expected.Take(20)], [finding.Count, .. finding.Rows]);
        else Assert.InRange(finding.Count, (long)(0.6 * check.Rows), check.Rows);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Healthy_data_of_every_layout_are_well(GoldenCase golden)
    {
        string tokenizer = Path.Combine(GoldenCases.OwnRoot, "tokenizers", "qwen2-like");
        using var model = new TempFolder();
        foreach (string file in Directory.EnumerateFiles(tokenizer)) File.Copy(file, model.File(Path.GetFileName(file)));
        foreach (string template in new[] { "", TemplateOf(GoldenCases.OwnRoot, "chatml") })
        {
            if (template.Length > 0) model.Write("chat_template.jinja", template);
            DataCheck check = new MLContext().Alignment.Check(Path.Combine(golden.Path, "rows.jsonl"), model.Path);
            bool isNone = check.Findings is [{ Rule: "not-pairs" }] && golden.Name == "sft-only";
            Assert.True(check.IsWell || isNone, check.ToString());
        }
    }

    /// <summary>What programs read: these fields and no others.</summary>
    private static void AssertForm(JsonElement check)
    {
        Assert.Equal(["rows", "findings"], check.EnumerateObject().Select(field => field.Name));
        Assert.All(check.GetProperty("findings").EnumerateArray(), finding =>
        {
            Assert.Equal(["rule", "severity", "count", "rows", "message", "remedy"], finding.EnumerateObject().Select(field => field.Name));
            Assert.Contains(finding.GetProperty("severity").GetString(), new[] { "info", "warning", "error" });
            Assert.Equal(Math.Min(20, finding.GetProperty("count").GetInt64()), finding.GetProperty("rows").GetArrayLength());
        });
    }

    private static DataCheck Check(string root, JsonElement entry, bool applies)
    {
        JsonElement read = entry.GetProperty("read"), options = read.GetProperty("options");
        using var model = new TempFolder();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, "tokenizers", read.GetProperty("tokenizer").GetString()!)))
            File.Copy(file, model.File(Path.GetFileName(file)));
        if (read.GetProperty("template").GetString() is { } template) model.Write("chat_template.jinja", TemplateOf(root, template));
        string[] files = [.. entry.GetProperty("files").EnumerateObject().Select(file => Path.Combine(root, "faults", file.Name))];
        var how = new DataCheckOptions { ApplyChatTemplate = applies };
        if (options.TryGetProperty("max_length", out JsonElement most)) how.MaxLength = most.GetInt32();
        return new MLContext().Alignment.Check(files[0], model.Path, files.Length > 1 ? files[1] : null, how);
    }

    private static FindingSeverity Severity(JsonElement entry) =>
        entry.GetProperty("severity").GetString() == "error" ? FindingSeverity.Error : FindingSeverity.Warning;

    private static JsonElement[] Manifest(string root) =>
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "faults", "manifest.json"))).RootElement.EnumerateArray()];

    private static string TemplateOf(string root, string name) => GoldenFile.ReadLines(Path.Combine(root, "conversations", "templates.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement).Single(line => line.GetProperty("name").GetString() == name).GetProperty("template").GetString()!;
}
