using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Chat templates and single features of Jinja2 as transformers renders them.</summary>
[Trait("Category", "Parity")]
public sealed class TemplateParityTests
{
    internal static readonly JinjaOptions At2024 = new() { Clock = new FixedClock(new DateTimeOffset(2024, 7, 26, 9, 5, 7, TimeSpan.Zero)) };

    public static TheoryData<GoldenCase> Features => GoldenCases.Files("templates", "jinja_features*.jsonl");

    public static TheoryData<GoldenCase> Templates => GoldenCases.Files("templates", "templates*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Features))]
    public void Every_feature_renders_as_in_Jinja2_or_fails_with_its_error(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        List<string> differences = [];
        foreach (JsonElement row in Rows(golden))
        {
            string template = row.GetProperty("template").GetString()!;
            Compare(row, Result(template, Variables(row)), template, differences);
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    /// <summary>Those of 2026: reasoning, tools, parts of content.</summary>
    public static TheoryData<GoldenCase> NewTemplates => GoldenCases.Files("templates-v5", "templates*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Templates))]
    [MemberData(nameof(NewTemplates))]
    public void Every_chat_renders_as_in_transformers_or_fails_with_its_error(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        List<string> differences = [];
        foreach (JsonElement row in Rows(golden))
            foreach (JsonElement chat in row.GetProperty("cases").EnumerateArray())
                Compare(
                    chat, RenderChat(golden, row.GetProperty("template").GetString()!, chat),
                    $"{row.GetProperty("name")}: {chat.GetProperty("label")}", differences);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    /// <summary>The template of a name, of the first root that has it; null where none does.</summary>
    internal static string? SourceOf(string name) => GoldenCases.Of(Templates).SelectMany(Rows)
        .Where(row => row.GetProperty("name").GetString() == name).Select(row => row.GetProperty("template").GetString()).FirstOrDefault();

    private static (string? Text, string? ErrorClass) RenderChat(GoldenCase golden, string template, JsonElement chat)
    {
        Dictionary<string, object?> variables = Variables(chat);
        JsonElement messages = chat.GetProperty("messages");
        variables["messages"] = golden.Kind == "templates-v5" ? WithThoughts(messages) : messages;
        variables["add_generation_prompt"] = chat.GetProperty("add_generation_prompt");
        (string? text, string? error) = Result(template, variables);
        bool isContinued = chat.TryGetProperty("continue_final_message", out JsonElement flag) && flag.GetBoolean();
        if (text is null || !isContinued) return (text, error);
        string final = chat.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        return Rendered(() => ChatTemplate.CutAfterFinalMessage(text, final));
    }

    /// <summary>The three names of a thought are one, as transformers 5 has it before it renders: the first that is not null.</summary>
    private static JsonElement WithThoughts(JsonElement messages)
    {
        JsonArray all = JsonNode.Parse(messages.GetRawText())!.AsArray();
        foreach (JsonObject message in all.OfType<JsonObject>())
        {
            JsonNode? thought = message["reasoning_content"] ?? message["thinking"] ?? message["reasoning"];
            if (thought is null) continue;
            message["reasoning_content"] = thought.DeepClone();
            message["thinking"] ??= thought.DeepClone();
        }
        return JsonSerializer.SerializeToElement(all);
    }

    private static (string? Text, string? ErrorClass) Result(string template, Dictionary<string, object?> variables)
    {
        return Rendered(() => JinjaTemplate.Parse(template).Render(variables, At2024));
    }

    private static (string? Text, string? ErrorClass) Rendered(Func<string> render)
    {
        try
        {
            return (render(), null);
        }
        catch (JinjaException e)
        {
            return (null, e.ErrorClass);
        }
    }

    private static void Compare(JsonElement expected, (string? Text, string? ErrorClass) actual, string label, List<string> differences)
    {
        bool same = expected.TryGetProperty("expected", out JsonElement text)
            ? text.GetString() == actual.Text
            : expected.GetProperty("error").GetProperty("class").GetString() == actual.ErrorClass;
        if (!same) differences.Add($"{label}\n  expected {expected.GetProperty(text.ValueKind == JsonValueKind.String ? "expected" : "error")}\n  actual   "
            + $"{actual.Text ?? actual.ErrorClass}");
    }

    private static Dictionary<string, object?> Variables(JsonElement row) =>
        row.GetProperty("vars").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);

    private static IEnumerable<JsonElement> Rows(GoldenCase golden) =>
        GoldenFile.ReadLines(golden.Path).Select(line => JsonDocument.Parse(line).RootElement);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
