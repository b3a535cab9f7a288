using System.Text.Json;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data;

/// <summary>On the tokenizer of the QuickStart's model: 0 BOS, 2 and 3 header, 4 end of turn, 262 two newlines, 308 user, 310 assistant.</summary>
public sealed class PreferencePreviewTests
{
    private static readonly string Model = Path.Combine(GoldenCases.OwnRoot, "encoding", "quickstart");

    [Fact]
    public void A_row_is_shown_as_the_model_gets_it_with_special_tokens_ids_and_counts()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """
            {"prompt": "Hi", "chosen": "Yes.", "rejected": "No!"}
            {"prompt": "Hi", "chosen": "Yes.", "rejected": " "}
            """);
        HfTokenizer tokenizer = HfTokenizer.Load(Model);
        int[] prompt = [0, 2, 308, 3, 262, .. tokenizer.Encode("Hi", false), 4, 2, 310, 3, 262];
        int[] chosen = [.. tokenizer.Encode("Yes.", false), 4], rejected = [.. tokenizer.Encode("No!", false), 4];
        PreferencePreview preview = new MLContext().Alignment.Preview(data, Model);
        Assert.Equal(string.Join(Environment.NewLine,
            FormattableString.Invariant($"row 0 (a.jsonl, line 1): {prompt.Length} tokens of prompt, {chosen.Length} chosen, {rejected.Length} rejected"),
            @"  prompt    <|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            "  chosen    Yes.<|eot_id|>",
            "  rejected  No!<|eot_id|>",
            $"  ids       {string.Join(' ', prompt)} | {string.Join(' ', chosen)} | {string.Join(' ', rejected)}",
            "row 1 (a.jsonl, line 2): dropped: `rejected` holds no visible character.",
            ""), preview.ToString());
        Assert.Equal([.. prompt, .. chosen, .. rejected], [.. preview.Rows[0].PromptIds, .. preview.Rows[0].ChosenIds, .. preview.Rows[0].RejectedIds]);
    }

    /// <summary>A model without a template reads a dialogue with its marks, which the turns of a data view have no more.</summary>
    [Theory]
    [InlineData("""{"chosen": "\n\nHuman: Hi?\n\nAssistant: Yes.", "rejected": "\n\nHuman: Hi?\n\nAssistant: No."}""", "\n\nHuman: Hi?\n\nAssistant:")]
    [InlineData("""{"prompt": "Human: Hi?\n\nAssistant:", "chosen": " Yes.", "rejected": " No."}""", "Human: Hi?\n\nAssistant:")]
    public void A_dialogue_of_a_data_view_keeps_its_marks_as_that_of_a_file_does(string row, string prompt)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", row), model = folder.Path;
        File.Copy(Path.Combine(GoldenCases.OwnRoot, "tokenizers", "qwen2-like", "tokenizer.json"), folder.File("tokenizer.json"));
        folder.Write("tokenizer_config.json", """{"eos_token": "<|im_end|>"}""");
        AlignmentCatalog alignment = new MLContext().Alignment;
        PreviewedRow file = Assert.Single(alignment.Preview(data, model).Rows);
        Assert.Equal((prompt, " Yes.<|im_end|>", " No.<|im_end|>"), (file.Prompt, file.Chosen, file.Rejected));
        IDataView loaded = alignment.LoadPreferences(data), again = alignment.LoadPreferences(loaded);
        foreach (IDataView view in new[] { loaded, again })
        {
            PreviewedRow seen = Assert.Single(alignment.Preview(view, model).Rows);
            Assert.Equal([.. file.PromptIds, .. file.ChosenIds, .. file.RejectedIds], [.. seen.PromptIds, .. seen.ChosenIds, .. seen.RejectedIds]);
            Assert.Equal(file.PromptIds.Count, seen.PromptIds.Count);
            Assert.Equal(alignment.Check(data, model).ToJson(), alignment.Check(view, model).ToJson());
        }
    }

    /// <summary>The same for programs, with what is cut and what is dropped.</summary>
    [Fact]
    public void The_JSON_says_what_the_text_says()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """
            {"prompt": "a b c d e f g h", "chosen": "Yes.", "rejected": "No!"}
            {"prompt": "Hi", "chosen": "Yes.", "rejected": " "}
            """);
        PreferencePreview preview = new MLContext().Alignment.Preview(data, Model, 5, new ScoringOptions { MaxLength = 16, MaxPromptLength = 12 });
        JsonElement[] rows = [.. JsonDocument.Parse(preview.ToJson()).RootElement.EnumerateArray()];
        PreviewedRow first = preview.Rows[0];
        Assert.Equal(
            (0L, "a.jsonl, line 1", first.Prompt, "Yes.<|eot_id|>", "No!<|eot_id|>", first.CutPromptTokens, 0),
            (rows[0].GetProperty("row").GetInt64(), rows[0].GetProperty("place").GetString(), rows[0].GetProperty("prompt").GetString(),
                rows[0].GetProperty("chosen").GetString(), rows[0].GetProperty("rejected").GetString(), rows[0].GetProperty("cut_prompt_tokens").GetInt32(),
                rows[0].GetProperty("cut_answer_tokens").GetInt32()));
        Assert.Equal(first.PromptIds, rows[0].GetProperty("prompt_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal(first.ChosenIds, rows[0].GetProperty("chosen_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal(first.RejectedIds, rows[0].GetProperty("rejected_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (rows[0].GetProperty("dropped").ValueKind, rows[0].GetProperty("remark").ValueKind));
        Assert.Equal("`rejected` holds no visible character.", rows[1].GetProperty("dropped").GetString());
        Assert.Equal(0, rows[1].GetProperty("prompt_ids").GetArrayLength());
    }

    /// <summary>As TRL has it; a template would write a turn in which nobody says anything, and a column of words may be what was asked.</summary>
    [Fact]
    public void Texts_that_share_nothing_are_answers_to_nothing_where_nothing_else_could_be_the_prompt()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """
            {"chosen": "Up. ", "rejected": "Down.", "score_chosen": 2, "score_rejected": 1}
            {"chosen": "It rains a lot.", "rejected": "It rains little.", "score_chosen": 2, "score_rejected": 1}
            """), other = folder.Write("b.jsonl", """{"q": "Where?", "chosen": "Up.", "rejected": "Down."}"""), model = folder.Path;
        File.Copy(Path.Combine(GoldenCases.OwnRoot, "tokenizers", "qwen2-like", "tokenizer.json"), folder.File("tokenizer.json"));
        folder.Write("tokenizer_config.json", """{"eos_token": "<|im_end|>"}""");
        AlignmentCatalog alignment = new MLContext().Alignment;
        IDataView loaded = alignment.LoadPreferences(data);
        foreach (PreferencePreview preview in new[] { alignment.Preview(data, model), alignment.Preview(loaded, model) })
            Assert.Equal(
                [("Up. <|im_end|>", "Down.<|im_end|>"), ("It rains a lot.<|im_end|>", "It rains little.<|im_end|>")],
                preview.Rows.Select(r => (r.Prompt + r.Chosen, r.Prompt + r.Rejected)));
        Assert.Equal(
            ("", "there is no prompt, and nothing predicts the first token of each answer"),
            (alignment.Preview(data, model).Rows[0].Prompt, alignment.Preview(data, model).Rows[0].Remark));
        DataFinding finding = Assert.Single(alignment.Check(data, model).Findings, f => f.Rule == "no-prompt");
        Assert.Equal(
            "There is no prompt, and chosen and rejected share no word that could be one: they are learned from their beginning on, in 1 of 2 rows, the first "
            + "at a.jsonl, line 1: `Up. `.", finding.Message);
        Assert.Equal((FindingSeverity.Warning, 1L), (finding.Severity, finding.Count));

        Assert.Equal("the prompt is empty.", alignment.Preview(data, Model).Rows[0].Dropped); // by a model with a template
        PreferenceEncoder plain = PreferenceEncoder.Load(model), chat = PreferenceEncoder.Load(Model);
        string[] texts = ["", "Up. ", "Down."];
        int[] ids = [.. HfTokenizer.Load(model).Encode("Up. ", false), HfTokenizer.Load(model).TokenId("<|im_end|>")!.Value];
        EncodedPrompt pair = plain.Encode(texts, 1, PromptOrigin.Shared)!;
        Assert.Equal((1, true), (pair.Chosen.PromptLength, pair.Chosen.Ids.Span.SequenceEqual(ids))); // nothing predicts the first token
        const string refused = "Row 1: the prompt is empty. Remove the row, or set `DropEmptyAnswers`.";
        Assert.Equal(refused, Assert.Throws<InvalidDataException>(() => plain.Encode(texts, 1)).Message);
        Assert.Equal(refused, Assert.Throws<InvalidDataException>(() => chat.Encode(texts, 1, PromptOrigin.Shared)).Message);
        Assert.Equal(
            "b.jsonl, line 1: `chosen` and `rejected` must start with the same prompt where there is no field for it, but share no whole word.",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(other).ToArray()).Message.Split(Environment.NewLine)[^1]);
    }

    [Fact]
    public void A_chat_template_of_the_options_takes_the_place_of_the_models_own()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """{"prompt": "Hi", "chosen": "Yes.", "rejected": "No!"}""");
        const string other = "{% for m in messages %}<<{{ m.role }}>>{{ m.content }}{{ eos_token }}{% endfor %}"
            + "{% if add_generation_prompt %}<<assistant>>{% endif %}";
        PreviewedRow row = Assert.Single(new MLContext().Alignment.Preview(data, Model, 1, new ScoringOptions { ChatTemplate = other }).Rows);
        Assert.Equal(("<<user>>Hi<|eot_id|><<assistant>>", "Yes.<|eot_id|>", "No!<|eot_id|>"), (row.Prompt, row.Chosen, row.Rejected));
    }

    [Fact]
    public void What_is_cut_and_what_does_not_fit_is_said()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """{"prompt": "a b c d e f g h", "chosen": "Yes.", "rejected": "No!"}""");
        var options = new ScoringOptions { MaxLength = 16, MaxPromptLength = 12 };
        PreviewedRow row = Assert.Single(new MLContext().Alignment.Preview(data, Model, 1, options).Rows);
        PreviewedRow whole = Assert.Single(new MLContext().Alignment.Preview(data, Model, 1).Rows);
        Assert.Equal((12, whole.PromptIds.Count - 12), (row.PromptIds.Count, row.CutPromptTokens));
        Assert.EndsWith(FormattableString.Invariant($", {whole.PromptIds.Count - 12} cut from the prompt's beginning"),
            row.ToString().Split(Environment.NewLine)[0], StringComparison.Ordinal);
        options = new ScoringOptions { MaxLength = 3, MaxPromptLength = 2 };
        row = Assert.Single(new MLContext().Alignment.Preview(data, Model, 1, options).Rows);
        Assert.Equal("an answer alone is longer than `MaxLength` 3 allows.", row.Dropped);
    }
}
