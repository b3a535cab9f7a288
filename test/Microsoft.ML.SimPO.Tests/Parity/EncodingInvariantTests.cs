using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// Of every template and every kind of conversation: prompt and answer together are what the template writes for the whole, each special token as often as it
/// writes it, and the answer ends with the token that ends a turn.
/// </summary>
[Trait("Category", "Parity")]
public sealed partial class EncodingInvariantTests
{
    private const string Tools =
        """[{"type":"function","function":{"name":"weather","description":"Of a town","parameters":{"type":"object","properties":{}}}}]""";

    public static TheoryData<string, string> Templates
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string file in Files())
                foreach (JsonElement line in Lines(file)) data.Add(file, line.GetProperty("name").GetString()!);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Prompt_and_answer_together_are_what_the_template_writes_for_the_whole_conversation(string file, string name)
    {
        string source = Lines(file).First(line => line.GetProperty("name").GetString() == name).GetProperty("template").GetString()!;
        (HfTokenizer tokenizer, SpecialTokens tokens) = TokenizerOf(source);
        var template = new ChatTemplate(source, tokens.Variables, TemplateParityTests.At2024);
        var encoder = new PreferenceEncoder(tokenizer, tokens, template, new PreferenceEncoderOptions { MaxLength = 1 << 20 });
        var traits = new TemplateTraits(template);
        List<string> differences = [];
        int whole = 0, plain = 0, refused = 0;
        foreach (Shape shape in Shapes())
        {
            bool isPlain = shape is { HasSystem: false, HasTools: false, HasThoughts: false };
            if (isPlain && Refuses(template, shape)) refused++;
            if (Difference(shape, tokenizer, template, traits, encoder) is not { } difference) continue;
            if (difference.Length > 0) differences.Add($"{shape}: {difference.ReplaceLineEndings("\\n")}");
            whole++;
            if (isPlain) plain++;
        }
        Assert.True(differences.Count == 0, FormattableString.Invariant($"{differences.Count} of {whole} differ:\n{string.Join("\n", differences.Take(8))}"));
        Assert.Equal(5 - refused, plain); // conversations of nothing but words are refused only by the template itself
    }

    private static bool Refuses(ChatTemplate template, Shape shape)
    {
        try
        {
            template.Render(shape.Conversation().Prompt, addGenerationPrompt: true);
            return false;
        }
        catch (JinjaException)
        {
            return true;
        }
    }

    /// <summary>Null for a row that is refused; empty for one of which all holds.</summary>
    private static string? Difference(Shape shape, HfTokenizer tokenizer, ChatTemplate template, TemplateTraits traits, PreferenceEncoder encoder)
    {
        (Conversation prompt, Message[] answers) = shape.Conversation();
        var row = new PromptedAnswers(prompt, [.. answers.Select(answer => new[] { answer })]);
        (string promptText, IReadOnlyList<string> texts) = row.Format();
        EncodingDetail detail;
        try
        {
            detail = encoder.Examine(promptText, texts[0], texts[1]);
        }
        catch (InvalidDataException e)
        {
            return IsNamed(e.Message) ? null : $"is refused without a reason that names what is lost: {e.Message}";
        }
        if (detail.Fault is { } fault) return fault;
        foreach ((EncodedSide side, Message answer) in new[] { (detail.Chosen, answers[0]), (detail.Rejected, answers[1]) })
        {
            string text = tokenizer.Decode(side.Ids, skipSpecialTokens: false);
            string last = tokenizer.TokenText(side.Ids[^1])!;
            if (!encoder.EndTokens.Contains(side.Ids[^1]) && !IsMark(last)) return $"the answer ends with {last}, which ends no turn: {text}";
            Conversation all = prompt.With([.. prompt.Messages.Select(traits.Adapt), traits.Adapt(answer)]);
            string expected = template.Render(all, addGenerationPrompt: false);
            string served = template.Render(prompt.With([.. prompt.Messages.Select(traits.Adapt)]), addGenerationPrompt: true);
            if (detail.Texts.LeftOut is not null)
            {
                if (!text.StartsWith(served, StringComparison.Ordinal) && !expected.StartsWith(text, StringComparison.Ordinal))
                    return $"is neither behind what is served nor the whole: {text}";
                int said = Regex.Count(text, Regex.Escape(answer.Content));
                if (said != 1) return FormattableString.Invariant($"the answer stands there {said} times: {text}");
                continue;
            }
            string written = detail.Texts.NeedsEos ? text[..^tokenizer.TokenText(side.Ids[^1])!.Length] : text;
            // The mark of the next turn may end this one, where the template writes nothing; behind the end of a turn stands white space alone.
            bool isWhole = expected.StartsWith(written, StringComparison.Ordinal) || written.StartsWith(expected, StringComparison.Ordinal);
            string rest = expected.Length > written.Length ? expected[written.Length..] : written[expected.Length..];
            if (!isWhole || (rest.Trim().Length > 0 && !IsMark(rest.Trim()))) return $"is {text}, not {expected}";
        }
        return "";
    }

    /// <summary>The template's own refusal, or the field that it does not write.</summary>
    private static bool IsNamed(string message) => message.StartsWith("the model's chat template refuses this conversation: ", StringComparison.Ordinal)
        || new[] { "`tool_calls`", "`reasoning_content`", " is left out." }.Any(part => message.Contains(part, StringComparison.Ordinal));

    private static bool IsMark(string text) => Marks().Match(text) is { Success: true } match && match.Length == text.Length;

    private static IEnumerable<Shape> Shapes()
    {
        foreach (bool thoughts in new[] { false, true })
            foreach (bool tools in new[] { false, true })
                foreach (bool system in new[] { false, true })
                    for (int turns = 1; turns <= 5; turns++) yield return new Shape(turns, system, tools, thoughts);
    }

    /// <summary>A tokenizer that knows every byte, and the marks that a template writes as tokens.</summary>
    private static (HfTokenizer, SpecialTokens) TokenizerOf(string template)
    {
        string[] marks = [.. Marks().Matches(template).Select(match => match.Value).Append("<bos>").Append("<eos>").Distinct()];
        var added = new JsonArray([.. marks.Select((mark, i) => (JsonNode)new JsonObject
        {
            ["id"] = 300 + i, ["content"] = mark, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
        })]);
        const string byteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";
        string json = SmallTokenizer.Json(SmallTokenizer.Bytes, preTokenizer: byteLevel, decoder: byteLevel, addedTokens: added.ToJsonString());
        using var folder = new TemporaryFolder(
            ("tokenizer.json", json), ("tokenizer_config.json", """{"bos_token":"<bos>","eos_token":"<eos>"}"""));
        return (HfTokenizer.Load(folder.Path), SpecialTokens.Load(folder.Path));
    }

    private static IEnumerable<string> Files() => GoldenCases.Roots.SelectMany(root => new[] { "conversations", "templates", "templates-v5" }
        .Select(folder => Path.Combine(root, folder, "templates.jsonl")).Where(GoldenFile.Exists));

    private static IEnumerable<JsonElement> Lines(string file) => GoldenFile.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement);

    [GeneratedRegex(@"<\|[a-zA-Z_▁]+\|>|<｜[a-zA-Z▁]+｜>|\[/?INST\]|</?s>|<(start|end)_of_turn>|<(bos|eos)>|<\|?turn\|?>|<\|[A-Z_]+\|>")]
    private static partial Regex Marks();

    /// <param name="Turns">Of the user.</param>
    private sealed record Shape(int Turns, bool HasSystem, bool HasTools, bool HasThoughts)
    {
        public (Conversation Prompt, Message[] Answers) Conversation()
        {
            List<Message> messages = [];
            if (HasSystem) messages.Add(new Message(Message.System, "Be kind."));
            for (int turn = 1; turn < Turns; turn++)
            {
                messages.Add(new Message(Message.User, FormattableString.Invariant($"Question number {turn}?")));
                if (HasTools && turn == 1)
                {
                    messages.Add(Parsed("""{"role":"assistant","content":"","tool_calls":[{"id":"abcdefgh1","type":"function","function":"""
                        + """{"name":"weather","arguments":{"town":"Graz"}}}]}"""));
                    messages.Add(Parsed("""{"role":"tool","name":"weather","tool_call_id":"abcdefgh1","content":"It rains."}"""));
                }
                messages.Add(Answer(FormattableString.Invariant($"Word number {turn}."), FormattableString.Invariant($"Thought number {turn}.")));
            }
            messages.Add(new Message(Message.User, "And the last one?"));
            var prompt = new Conversation(messages) { Tools = HasTools ? (JinjaList)ConversationText.Value(EncodingInvariantTests.Tools)! : null };
            return (prompt, [Answer("It is blue.", "I see the sky."), Answer("No idea at all.", "I see nothing.")]);
        }

        private Message Answer(string words, string thought) => HasThoughts
            ? Parsed(JsonSerializer.Serialize(new { role = Message.Assistant, reasoning_content = thought, content = words }))
            : new Message(Message.Assistant, words);

        private static Message Parsed(string json) => ConversationText.TryParse($"[{json}]")!.Messages[0];
    }
}
