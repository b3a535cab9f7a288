using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

public class LayoutTests
{
    private const string Chat = """[{"role":"system","content":"s"},{"role":"user","content":"q"}]""";

    public static TheoryData<string, string, string> Layouts => new()
    {
        // What is in the row; the prompt that it makes; how it is described. The answers are always "yes" and "no".
        { """{"question": "q", "winner": "yes", "loser": "no"}""", "q", "plain text (prompt `question`, chosen `winner`, rejected `loser`)" },
        { """{"instruction": "q", "input": "x", "response_chosen": "yes", "response_rejected": "no"}""", "q\nx",
            "plain text (prompt `instruction`, input `input`, chosen `response_chosen`, rejected `response_rejected`)" },
        { """{"Instruction": "q", "Chosen-Response": "yes", "Rejected Response": "no"}""", "q",
            "plain text (prompt `Instruction`, chosen `Chosen-Response`, rejected `Rejected Response`)" },
        { """{"system_prompt": "s", "query": "q", "preferred": "yes", "dispreferred": "no"}""", Chat,
            "plain text (prompt `query`, system `system_prompt`, chosen `preferred`, rejected `dispreferred`)" },
        { """{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "chosen": "yes", "rejected": "no"}""", Chat,
            "plain text (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": "q", "chosen": {"role": "assistant", "content": "yes"}, "rejected": {"role": "assistant", "content": "no"}}""", "q",
            "chat messages (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "chosen": [{"role": "user", "content": "q"}, """
            + """{"role": "assistant", "content": "yes"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "no"}]}""", Chat,
            "chat messages (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}], "chosen": [{"role": "user", "content": "q"}, """
            + """{"role": "assistant", "content": "yes"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "no"}]}""", "q",
            "chat messages (prompt `messages`, chosen `chosen`, rejected `rejected`)" },
        { """{"conversations": [{"from": "Human", "value": "q"}], "system": "s", "chosen": {"from": "gpt", "value": "yes"}, "rejected": """
            + """{"from": "gpt", "value": "no"}}""", Chat, "chat messages (prompt `conversations`, system `system`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": "q", "chosen": [{"role": "model", "content": [{"type": "text", "text": "yes"}]}], "rejected": """
            + """[{"role": "model", "content": "no"}]}""", "q", "chat messages (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": "\n\nHuman: q\n\nAssistant:", "chosen": " yes", "rejected": " no"}""", "q",
            "dialogues with Human and Assistant (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": "[{\"role\":\"user\",\"content\":\"q\"}]", "chosen": "[{\"role\":\"assistant\",\"content\":\"yes\"}]", "rejected": "{\"role\":"""
            + """\"assistant\",\"content\":\"no\"}"}""", "q", "chat messages as JSON text (prompt `prompt`, chosen `chosen`, rejected `rejected`)" },
        { """{"instruction": "q", "history": [{"role": "system", "content": "s"}], "chosen": "yes", "rejected": "no"}""", Chat,
            "plain text (prompt `instruction`, history `history`, chosen `chosen`, rejected `rejected`)" },
        { """{"prompt": "q", "completions": [{"response": "no", "overall_score": 2}, {"response": "yes", "overall_score": "7.5"}, """
            + """{"response": "so", "overall_score": null}]}""", "q", "answers with scores, one row a prompt (prompt `prompt`, answers `completions`)" },
        { """{"input": {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "tools": [], "parallel_tool_calls": """
            + """true}, "preferred_output": [{"role": "assistant", "content": "yes"}], "non_preferred_output": [{"role": "assistant", "content": "no"}]}""",
            Chat, "chat messages (prompt `input.messages`, chosen `preferred_output`, rejected `non_preferred_output`)" },
        { """{"input": {"messages": {"role": "user", "content": "q"}}, "preferred_output": """
            + """{"role": "assistant", "content": "yes"}, "non_preferred_output": {"role": "assistant", "content": "no"}}""", "q",
            "chat messages (prompt `input.messages`, chosen `preferred_output`, rejected `non_preferred_output`)" },
        { """{"question": "q", "answers": ["no", "so", "yes"], "ratings": [1, 3, 4]}""", "q",
            "answers with scores, one row a prompt (prompt `question`, answers `answers`, scores `ratings`)" },
        // ms-swift: what was said, and what was rejected in its place, as a text, a message, or a whole conversation.
        { """{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}], """
            + """ "rejected_response": "no"}""", Chat, "chat messages (chosen `messages`, rejected `rejected_response`)" },
        { """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}], """
            + """ "rejected_response": [{"role": "assistant", "content": "no"}]}""", "q", "chat messages (chosen `messages`, rejected `rejected_response`)" },
        { """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}], "rejected_messages": """
            + """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "no"}]}""", "q",
            "chat messages (chosen `messages`, rejected `rejected_messages`)" },
        { """{"query": "q", "response": "yes", "rejected_response": "no", "system": "s", "images": []}""", Chat,
            "plain text (prompt `query`, system `system`, chosen `response`, rejected `rejected_response`)" },
        // WebGPT's comparisons.
        { """{"question": {"dataset": "eli5", "id": "7", "full_text": "q"}, "answer_0": "no", "score_0": -0.5, "answer_1": "yes", "score_1": 0.5}""", "q",
            "judged pairs (prompt `question.full_text`, answers `answer_0` and `answer_1`; `score_0` and `score_1` decide: the higher is the better)" },
        // Comparisons of summaries, and summaries that are rated.
        { """{"info": {"id": "1", "post": "q", "article": null, "title": "t"}, "summaries": [{"text": "no", "policy": "a"}, {"text": "yes"}], """
            + """ "choice": 1, "worker": "w"}""", "q",
            "pairs of answers in a list (prompt `info.post`, answers `summaries`; `choice` decides: 0 the first, 1 the second)" },
        { """{"info": {"id": "1", "post": null, "article": "q"}, "summaries": [{"text": "yes"}, {"text": "no"}], "choice": 0}""", "q",
            "pairs of answers in a list (prompt `info.article`, answers `summaries`; `choice` decides: 0 the first, 1 the second)" },
        // Google's names, with parts and a system instruction.
        { """{"systemInstruction": {"role": "system", "parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "q"}]}], "completions": """
            + """[{"score": 0.0, "completion": {"role": "model", "parts": [{"text": "n"}, {"text": "o"}]}}, """
            + """{"score": 1.0, "completion": {"role": "model", "parts": [{"text": "yes"}]}}]}""", Chat,
            "answers with scores, one row a prompt (prompt `contents`, system `systemInstruction`, answers `completions`)" },
        { """{"trajectory": [{"from": "user", "value": "q"}], "chosen": "yes", "rejected": "no"}""", "q",
            "plain text (prompt `trajectory`, chosen `chosen`, rejected `rejected`)" },
        { """{"conv_A": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "no"}], "conv_A_rating": 1.5, "conv_B": """
            + """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}], "conv_B_rating": 2}""", "q",
            "judged pairs (answers `conv_A` and `conv_B`; `conv_A_rating` and `conv_B_rating` decide: the higher is the better)" },
    };

    /// <summary>A template may join them as it likes.</summary>
    [Fact]
    public void Several_parts_of_an_answer_stay_parts()
    {
        PreferenceRow row = Assert.Single(Read("""
            {"prompt": "q", "chosen": [{"role": "model", "content": [{"type": "text", "text": "ye"}, {"type": "text", "text": "s"}]}],
             "rejected": [{"role": "model", "content": "no"}]}
            """.ReplaceLineEndings("")).Rows);
        Assert.Equal(
            """[{"role":"assistant","content":[{"type":"text","text":"ye"},{"type":"text","text":"s"}]}]""", row.Chosen);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_layout_is_recognised_by_its_fields(string row, string prompt, string description)
    {
        (PreferenceRow[] rows, List<string> info) = Read(row);
        PreferenceRow read = Assert.Single(rows);
        Assert.Equal((prompt, "yes", "no"), (read.Prompt, read.Chosen, read.Rejected));
        Assert.Equal($"a.jsonl: read as {description}, recognised by its fields. To read it otherwise, set `Format` or `Columns`.", info[0]);
    }

    /// <summary>HelpSteer rates each answer in a row of its own, and summaries by axes.</summary>
    [Theory]
    [InlineData("""{"prompt": "q", "response": "no", "helpfulness": 1, "verbosity": 4}""",
        """{"prompt": "q", "response": "yes", "helpfulness": 3, "verbosity": 1}""")]
    [InlineData("""{"info": {"post": "q"}, "summary": {"text": "no", "axes": {"overall": 2}}}""",
        """{"info": {"post": "q"}, "summary": {"text": "yes", "axes": {"overall": 7}}}""")]
    public void Answers_that_are_rated_by_themselves_are_brought_together(params string[] rows)
    {
        PreferenceRow read = Assert.Single(RatedLayoutTests.Read(rows).Rows);
        Assert.Equal(("q", "yes", "no"), (read.Prompt, read.Chosen, read.Rejected));
    }

    [Theory]
    [InlineData("\"images\": [{\"bytes\": null, \"path\": \"a.png\"}]", "`images` holds an image")]
    [InlineData("\"image\": \"https://h/a.jpg?size=2\"", "`image` holds an image")]
    [InlineData("\"videos\": [\"a.mp4\"]", "`videos` holds a video")]
    public void A_row_that_has_images_is_refused_with_its_reason(string field, string message)
    {
        string[] rows = ["""{"prompt": "q", "chosen": "yes", "rejected": "no", "images": [], "image": "a debian image", "videos": null}""",
            $$"""{"prompt": "q", "chosen": "yes", "rejected": "no", {{field}}}"""];
        RatedLayoutTests.Reading reading = RatedLayoutTests.Read(rows);
        Assert.Single(reading.Rows);
        message += ", but a pair is read as text alone, and its answers may be about what is seen or heard.";
        Assert.Equal([new DroppedRows(DropReason.Malformed, 1, "a.jsonl, line 2", message)], reading.Log.Drops);
    }

    /// <summary>Rows that say nothing are taken only where they are asked for as they are.</summary>
    [Fact]
    public void Rows_can_be_taken_as_TRL_takes_them()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """
            {"prompt": "", "chosen": "", "rejected": "b"}
            {"prompt": "q", "chosen": "same", "rejected": " "}
            """);
        Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count());
        Assert.Equal(
            [new PreferenceRow("", "", "b", null, null), new PreferenceRow("q", "same", " ", null, null)],
            PreferenceReader.Read(path, new PreferenceLoadOptions { AsGiven = true }));
        path = folder.Write("b.jsonl", """{"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "user", "content": "q"}, """
            + """{"role": "assistant", "content": null, "tool_calls": []}], "rejected": [{"role": "assistant", "content": "b"}], "tools": []}""");
        PreferenceRow row = Assert.Single(PreferenceReader.Read(path, new PreferenceLoadOptions { AsGiven = true }));
        Assert.Equal(("""{"messages":[{"role":"user","content":"q"}],"tools":[]}""",
            """[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[]}]"""), (row.Prompt, row.Chosen));
    }

    public static TheoryData<string, DropReason, string> Faults => new()
    {
        { """{"prompt": "q", "chosen": [{"role": "user", "content": "yes"}], "rejected": "no"}""", DropReason.WrongRole,
            "`chosen` must end with a message of the assistant, but ends with one of `user`." },
        { """{"prompt": "q", "chosen": [{"role": "king", "content": "yes"}], "rejected": "no"}""", DropReason.Malformed,
            "`chosen[0].role` must be a role like `user`, `assistant` or `system`, but was `king`." },
        { """{"prompt": "q", "chosen": [{"role": "assistant", "content": 7}], "rejected": "no"}""", DropReason.Malformed,
            "`chosen[0].content` must be text, or a list of text parts, but was a number." },
        { """{"prompt": "q", "chosen": ["yes"], "rejected": "no"}""", DropReason.Malformed,
            "`chosen[0]` must be a message with `role` and `content`, but was text." },
        { """{"prompt": "q", "chosen": [], "rejected": "no"}""", DropReason.EmptyField, "`chosen` holds no visible character." },
        { """{"prompt": null, "chosen": "yes", "rejected": "no"}""", DropReason.MissingField, "`prompt` is missing or null." },
        { """{"prompt": " ", "chosen": "yes", "rejected": "no"}""", DropReason.EmptyField, "`prompt` holds no visible character." },
        { """{"prompt": 3, "chosen": "yes", "rejected": "no"}""", DropReason.Malformed, "`prompt` must be text or a list of messages, but was a number." },
        { """{"prompt": "q", "chosen": "yes", "rejected": "no", "score_chosen": "best", "score_rejected": 1}""", DropReason.Malformed,
            "`score_chosen` must be a number, but was text." },
        { """{"prompt": "q", "chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "yes"}], "rejected": """
            + """[{"role": "user", "content": "b"}, {"role": "assistant", "content": "no"}]}""", DropReason.PromptsDiffer,
            "`chosen` and `rejected` must be the same up to their last message, but part at message 1 of 2 and 2." },
        { """{"prompt": "q", "chosen": "yes", "rejected": "no", "system": 4}""", DropReason.Malformed, "`system` must be text, but was a number." },
        { """{"instruction": "q", "chosen": "yes", "rejected": "no", "history": [["a"]]}""", DropReason.Malformed,
            "`history` must be a list of messages or of pairs of texts, but holds a list of another shape." },
        { """["prompt"]""", DropReason.Malformed, "A row must be a JSON object, but was a list." },
        { """{"prompt": "q"}}""", DropReason.Malformed, "JSON is broken at byte 15: '}' is invalid after a single JSON value. Expected end of data." },
        { """{"prompt": "\ud800", "chosen": "yes", "rejected": "no"}""", DropReason.Malformed,
            "Text must be valid UTF-8 and whole surrogate pairs, but byte 11 starts one that is not." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_with_a_row_is_said(string row, DropReason reason, string message)
    {
        string good = """{"prompt": "q", "chosen": "yes", "rejected": "no", "score_chosen": 2, "score_rejected": 1, "system": "", "history": []}""";
        var log = new DropLog();
        using var folder = new TemporaryFolder();
        Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", good.Replace("prompt", row.Contains("instruction", StringComparison.Ordinal)
            ? "instruction" : "prompt", StringComparison.Ordinal) + "\n" + row), null, null, log));
        Assert.Equal([new DroppedRows(reason, 1, "a.jsonl, line 2", message)], log.Drops);
    }

    [Fact]
    public void A_dialogue_keeps_its_turns_and_its_last_assistants_turn_is_the_answer()
    {
        (PreferenceRow[] rows, _) = Read("""{"chosen": "\n\nHuman: a\n\nb\n\nAssistant: c\n\nHuman: d \n\nAssistant:  yes\n", "rejected": "\n\nHuman: """
            + """a\n\nb\n\nAssistant: c\n\nHuman: d \n\nAssistant: no"}""");
        Assert.Equal(
            new PreferenceRow(
                """[{"role":"user","content":"a\n\nb"},{"role":"assistant","content":"c"},{"role":"user","content":"d "}]""", " yes\n", "no", null, null),
            Assert.Single(rows));
    }

    [Theory]
    [InlineData("The sky is blue.", "The sky is green.", "The sky is", " blue.", " green.")]
    [InlineData("Say it: black", "Say it: blue", "Say it:", " black", " blue")]
    [InlineData("a b", "a b c", "a", " b", " b c")]
    public void A_shared_beginning_is_the_prompt_up_to_the_last_whole_word(
        string chosen, string rejected, string prompt, string chosenRest, string rejectedRest)
    {
        (PreferenceRow[] rows, List<string> info) = Read($$"""{"chosen": "{{chosen}}", "rejected": "{{rejected}}"}""");
        Assert.Equal(new PreferenceRow(prompt, chosenRest, rejectedRest, null, null), Assert.Single(rows));
        Assert.StartsWith("a.jsonl: read as texts that start with their prompt (chosen `chosen`, rejected `rejected`)", info[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_reads_like_messages_is_wrapped_so_that_it_stays_text()
    {
        string text = """[{"role":"user","content":"x"}]""";
        string prompt = ConversationText.Format(Conversation.OfUser(text));
        Assert.Equal("""[{"role":"user","content":"[{\"role\":\"user\",\"content\":\"x\"}]"}]""", prompt);
        Assert.Equal([new Message(Message.User, text)], ConversationText.Parse(prompt).Messages);
        Assert.Equal([new Message(Message.User, "[1, 2]")], ConversationText.Parse("[1, 2]").Messages);
    }

    [Fact]
    public void A_mapping_reads_any_names_also_inside_objects()
    {
        var options = new PreferenceLoadOptions { Columns =
            new PreferenceColumns { Prompt = "frage", Chosen = "antworten.gut", Rejected = "antworten.schlecht", ScoreChosen = "note" } };
        (PreferenceRow[] rows, _) = Read("""{"frage": "q", "antworten": {"gut": "yes", "schlecht": "no"}, "note": "1.5"}""", options);
        Assert.Equal(new PreferenceRow("q", "yes", "no", 1.5f, null), Assert.Single(rows));
    }

    [Fact]
    public void A_mapping_to_a_field_that_is_not_there_says_which_there_are()
    {
        var options = new PreferenceLoadOptions { Columns = new PreferenceColumns { Chosen = "good", Rejected = "bad" } };
        var thrown = Assert.Throws<ArgumentException>(() => Read("""{"prompt": "q", "bad": "no"}""", options));
        Assert.Equal("`Columns.Chosen` must be a field of a.jsonl, but was `good`. Its fields are `prompt`, `bad`.", thrown.Message);
    }

    [Fact]
    public void A_format_can_be_asked_for()
    {
        (PreferenceRow[] rows, List<string> info) = Read(
            """{"prompt": "p", "chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "no"}""", new PreferenceLoadOptions { Format = PreferenceFormat.Plain });
        Assert.Equal(new PreferenceRow("p", "\n\nHuman: a\n\nAssistant: b", "no", null, null), Assert.Single(rows));
        Assert.Contains(", as asked.", info[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_answer_each_are_grouped_by_prompt_wherever_they_stand()
    {
        string data = """
            {"prompt": "p", "response": "middle", "score": 3}
            {"prompt": "other", "response": "only", "score": 3}
            {"prompt": "p", "response": "yes", "score": 5}
            {"prompt": "p", "response": "no", "score": 1}
            {"prompt": "same", "response": "x", "score": 1}
            {"prompt": "same", "response": "y", "score": 1}
            """;
        var log = new DropLog();
        using var folder = new TemporaryFolder();
        LocatedRow row = Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", data), null, null, log));
        Assert.Equal(new PreferenceRow("p", "yes", "no", 5, 1), row.Row);
        Assert.Equal([new DroppedRows(DropReason.NoPreference, 2, "a.jsonl, line 2", "A prompt must have at least two answers with a score, but has fewer.")],
            log.Drops);
    }

    [Fact]
    public void All_pairs_of_rated_answers_that_lie_far_enough_apart_can_be_made()
    {
        var options = new PreferenceLoadOptions { RatedPairs = RatedPairs.All, MinimumRatingGap = 1.5f };
        (PreferenceRow[] rows, _) = Read("""{"prompt": "q", "responses": ["a", "b", "c"], "scores": [1, 2, 4]}""", options);
        Assert.Equal([new PreferenceRow("q", "c", "a", 4, 1), new PreferenceRow("q", "c", "b", 4, 2)], rows);
    }

    [Theory]
    [InlineData("""{"prompt": "q", "completion": "a", "label": true}""", "a.jsonl: single answers with a label are not pairs (`completion` and `label`). A "
        + "pair needs a chosen and a rejected answer to the same prompt. Make pairs of a prompt's answers first, or use data that has them.")]
    [InlineData("""{"instruction": "q", "output": "a"}""", "a.jsonl: expected preference pairs, with fields like `prompt`, `chosen` and `rejected`, or answers "
        + "with scores, but found `instruction`, `output`. Where the fields have other names, give them in `Columns`.")]
    public void What_is_not_pairs_is_refused_as_a_whole(string row, string message)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => Read(row));
        Assert.Equal(message, thrown.Message);
    }

    private static (PreferenceRow[] Rows, List<string> Info) Read(string rows, PreferenceLoadOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var info = new List<string>();
        return (PreferenceReader.Read(folder.Write("a.jsonl", rows), options, info.Add).ToArray(), info);
    }
}
