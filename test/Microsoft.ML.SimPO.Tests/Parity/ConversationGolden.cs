using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Rows of all kinds, templates, and what is right for each of both, from a folder <c>conversations/</c> of goldens.</summary>
internal sealed class ConversationGolden
{
    private readonly string _root;
    private readonly Dictionary<string, JsonElement> _templates, _better, _textFunction;

    public ConversationGolden(string root)
    {
        _root = root;
        _templates = Lines("templates.jsonl").ToDictionary(line => line.GetProperty("name").GetString()!);
        _better = Lines("better.jsonl").ToDictionary(line => $"{line.GetProperty("template")}/{line.GetProperty("row")}");
        _textFunction = LinesIfAny("text-function.jsonl").ToDictionary(line => $"{line.GetProperty("template")}/{line.GetProperty("row")}");
        Expected = Lines("expected.jsonl").Where(IsHome).ToLookup(KeyOf);
        Sanitized = LinesIfAny("sanitized.jsonl").Where(IsAtHome).ToLookup(KeyOf);
        Trl024 = LinesIfAny("trl-0.24.jsonl").Where(IsAtHome).ToLookup(KeyOf);
        Rows = Lines("rows.jsonl").ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("row"));
    }

    public Dictionary<string, JsonElement> Rows { get; }

    /// <summary>
    /// What TRL 1.16 does with the preference rows, each with the tokenizer that its template belongs to, by template; by tokenizer where there is no template.
    /// </summary>
    public ILookup<string, JsonElement> Expected { get; }

    /// <summary>The ids of rows with marks in their words where these are letters, by template.</summary>
    public ILookup<string, JsonElement> Sanitized { get; }

    /// <summary>What TRL 0.24 does with the rows, by template.</summary>
    public ILookup<string, JsonElement> Trl024 { get; }

    /// <summary>
    /// The texts of a row, or its error, as the function has them that TRL 1.16's experimental trainers call; where that is what DPO's does, it is said there.
    /// </summary>
    public JsonElement TextFunction(JsonElement expected)
    {
        string key = $"{expected.GetProperty("template").GetString()}/{expected.GetProperty("row").GetString()}";
        return _textFunction.TryGetValue(key, out JsonElement other) ? other : expected;
    }

    /// <summary>What is right where TRL is wrong; null where it is not.</summary>
    public JsonElement? Better(string template, string row) => _better.TryGetValue($"{template}/{row}", out JsonElement better) ? better : null;

    public (HfTokenizer Tokenizer, PreferenceEncoder Encoder) Load(
        string template, ControlTokenText words = ControlTokenText.Tokens, RowPreparation preparation = RowPreparation.Own)
    {
        string folder = Path.Combine(_root, "tokenizers", Expected[template].First().GetProperty("tokenizer").GetString()!);
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        SpecialTokens tokens = SpecialTokens.Load(folder);
        ChatTemplate? chat = _templates.TryGetValue(template, out JsonElement found)
            ? new ChatTemplate(found.GetProperty("template").GetString()!, tokens.Variables, TemplateParityTests.At2024)
            : null;
        var options = new PreferenceEncoderOptions
        {
            MaxLength = 1 << 20,
            EmptyAnswers = EmptyAnswers.Keep,
            ControlTokens = words,
            Preparation = preparation,
        };
        return (tokenizer, new PreferenceEncoder(tokenizer, tokens, chat, options));
    }

    /// <summary>A row as users have it: read from a file with nothing else in it.</summary>
    /// <exception cref="InvalidDataException">The row is refused.</exception>
    public static PreferenceRow Read(JsonElement row) => Read(row, out _);

    /// <summary>A row as an encoder reads it.</summary>
    /// <exception cref="InvalidDataException">The row is refused.</exception>
    public static string[] Read(JsonElement row, PreferenceEncoder encoder, bool asGiven = false)
    {
        PreferenceRow read = Read(row, out PromptOrigin prompts, asGiven);
        return encoder.AsRead([read.Prompt, read.Chosen, read.Rejected], prompts);
    }

    private static PreferenceRow Read(JsonElement row, out PromptOrigin prompts, bool asGiven = false)
    {
        using var folder = new TempFolder();
        var log = new DropLog();
        PreferenceRow read = PreferenceReader
            .ReadLocated(folder.Write("row.jsonl", row.GetRawText()), new PreferenceLoadOptions { AsGiven = asGiven }, log: log).Single().Row;
        prompts = log.Prompts;
        return read;
    }

    private bool IsHome(JsonElement line) => line.GetProperty("trainer").GetString() == "dpo" && IsAtHome(line);

    private bool IsAtHome(JsonElement line)
    {
        bool hasTemplate = _templates.TryGetValue(line.GetProperty("template").GetString()!, out JsonElement template);
        return !hasTemplate || template.GetProperty("tokenizer").GetString() == line.GetProperty("tokenizer").GetString();
    }

    private string KeyOf(JsonElement line)
    {
        string template = line.GetProperty("template").GetString()!;
        return _templates.ContainsKey(template) ? template : $"{template}/{line.GetProperty("tokenizer").GetString()}";
    }

    private IEnumerable<JsonElement> LinesIfAny(string name) => GoldenFile.Exists(Path.Combine(_root, "conversations", name)) ? Lines(name) : [];

    /// <param name="name">Without the ending of one that is packed.</param>
    private IEnumerable<JsonElement> Lines(string name) =>
        GoldenFile.ReadLines(Path.Combine(_root, "conversations", name)).Select(line => JsonDocument.Parse(line).RootElement);
}
