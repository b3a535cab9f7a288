using System.Text.Json;
using Microsoft.ML.SimPO.Parity;

namespace Microsoft.ML.SimPO.Data;

/// <summary>What a check says of data that a reader can follow; seeded faults of every kind are in <see cref="FaultParityTests"/>.</summary>
public sealed class DataCheckTests
{
    private static readonly string Model = Path.Combine(GoldenCases.OwnRoot, "encoding", "quickstart");

    [Fact]
    public void The_JSON_says_rows_and_findings_the_worst_first()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """
            {"prompt": "Tea?", "chosen": "Yes.", "rejected": "No.", "score_chosen": 1, "score_rejected": 2}
            {"prompt": "Jam?", "chosen": "Yes.", "rejected": "Yes. ", "score_chosen": 2, "score_rejected": 1}
            {"prompt": "Rye?", "chosen": "FÃ¼r mich.", "rejected": "No.", "score_chosen": 3, "score_rejected": 1}
            """);
        string json = new MLContext().Alignment.Check(data).ToJson();
        const string same = "Chosen and rejected are the same text, so that the pair teaches nothing, in 1 of 3 rows, the first at a.jsonl, line 2: "
            + "both are `Yes.`.";
        const string misread = "UTF-8 was read in a code page of one byte, so that letters beyond ASCII are two or three wrong ones, in 1 of 3 rows, "
            + "the first at a.jsonl, line 3: `Ã¼`.";
        Assert.Equal($$"""
            {
              "rows": 3,
              "findings": [
                {
                  "rule": "sides-identical",
                  "severity": "error",
                  "count": 1,
                  "rows": [
                    1
                  ],
                  "message": "{{same}}",
                  "remedy": "Remove the rows, or find out why both sides are one."
                },
                {
                  "rule": "labels-swapped",
                  "severity": "error",
                  "count": 1,
                  "rows": [
                    0
                  ],
                  "message": "The rejected answer has the higher score in 1 of 3 rows, the first at a.jsonl, line 1: 1 against 2.",
                  "remedy": "Find out which of the two is right: swap the answers, or negate the scores."
                },
                {
                  "rule": "mojibake",
                  "severity": "info",
                  "count": 1,
                  "rows": [
                    2
                  ],
                  "message": "{{misread}}",
                  "remedy": "Read the source as UTF-8 again; text.encode('cp1252').decode('utf-8') undoes it in most texts."
                }
              ]
            }
            """.ReplaceLineEndings("\n"), json.ReplaceLineEndings("\n"));
        Assert.Equal(3, JsonDocument.Parse(json).RootElement.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public void Data_without_a_fault_have_nothing_said_of_them()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """{"prompt": "Tea?", "chosen": "Yes.", "rejected": "No."}""");
        DataCheck check = new MLContext().Alignment.Check(data, Model);
        Assert.True(check.IsWell);
        Assert.Equal($"1 rows, nothing to say.{Environment.NewLine}", check.ToString());
        Assert.Equal((1, 0), (check.Rows, check.Findings.Count));
    }

    [Theory]
    [InlineData("nothing to see", """{"prompt": "Tea?", "chosen": "Yes.\u200b", "rejected": "\u200b \u00a0"}""",
        "answers-empty", FindingSeverity.Error,
        "An answer is empty or holds no visible character in 1 of 1 row, the first at a.jsonl, line 1: `rejected` holds no visible character.")]
    [InlineData("marks of the model's own",
        """{"prompt": [{"role": "user", "content": "What is <|eot_id|>?"}], "chosen": "An end.", "rejected": "No idea."}""",
        "control-tokens", FindingSeverity.Warning,
        "Words hold control tokens of this model, which become tokens there, in 1 of 1 row, the first at a.jsonl, line 1: `<|eot_id|>`.")]
    [InlineData("header", """{"prompt": "Tea?", "chosen": "Assistant: Yes.", "rejected": "Assistant: No."}""",
        "header-in-answer", FindingSeverity.Error,
        "An answer begins with the header of an answer, which would be scored as part of it, in 1 of 1 row, the first at a.jsonl, line 1: `Assistant:`.")]
    [InlineData("roles", """{"prompt": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "chosen": "c", "rejected": "d"}""",
        "role-order", FindingSeverity.Error,
        "Roles are out of order in 1 of 1 row, the first at a.jsonl, line 1: message 2 of the prompt is of `user` after `user`.")]
    [InlineData("two answers in a row",
        """{"prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "assistant", "content": "c"},"""
        + """ {"role": "user", "content": "d"}], "chosen": "e", "rejected": "f"}""",
        "role-order", FindingSeverity.Error,
        "Roles are out of order in 1 of 1 row, the first at a.jsonl, line 1: message 3 of the prompt is of `assistant` after `assistant`.")]
    [InlineData("system in the midst",
        """{"prompt": [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}], "chosen": "e", "rejected": "f"}""",
        "role-order", FindingSeverity.Error,
        "Roles are out of order in 1 of 1 row, the first at a.jsonl, line 1: message 2 of the prompt is of `system` after `user`.")]
    [InlineData("null content", """{"prompt": "Tea?", "chosen": [{"role": "assistant", "content": null}], "rejected": "No."}""",
        "answers-empty", FindingSeverity.Error,
        "An answer is empty or holds no visible character in 1 of 1 row, the first at a.jsonl, line 1: `chosen` says nothing.")]
    [InlineData("lost call without content",
        """{"prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null}, {"role": "tool", "content": "11 C"}],"""
        + """ "chosen": "c", "rejected": "d"}""",
        "tool-calls-lost", FindingSeverity.Error,
        "Tool results follow an assistant's turn that is empty and calls nothing: the calls were flattened away in 1 of 1 row, "
        + "the first at a.jsonl, line 1: the result `11 C`.")]
    [InlineData("marks of a maker that nobody lists", """{"prompt": "Tea?", "chosen": "Yes.<|endofturn_x|>", "rejected": "No."}""",
        "foreign-markers", FindingSeverity.Info,
        "Words hold another format's marks, which this tokenizer does not know and the model learns as letters, in 1 of 1 row, "
        + "the first at a.jsonl, line 1: `<|endofturn_x|>`.")]
    [InlineData("bytes that a code page has not", """{"prompt": "Tea?", "chosen": "F\ufffd\ufffdr mich.", "rejected": "No."}""",
        "mojibake", FindingSeverity.Info,
        "UTF-8 was read in a code page of one byte, so that letters beyond ASCII are two or three wrong ones, in 1 of 1 row, "
        + "the first at a.jsonl, line 1: `\ufffd`.")]
    [InlineData("broken", """{"prompt": "Tea?", "chosen": 5, "rejected": "No."}""",
        "unreadable", FindingSeverity.Error,
        "A row cannot be read as a pair in 1 of 1 row, the first at a.jsonl, line 1: `chosen` must be text or a list of messages, but was a number.")]
    [InlineData("commas", """{"prompt": "Tea?", "chosen": "Yes.", "rejected": "No.", "score_chosen": "7,5", "score_rejected": "3,0"}""",
        "comma-decimals", FindingSeverity.Error, "A score is text with a comma for its decimals: read as a number it is 10 or 100 times too large, or missing, "
        + "in 1 of 1 row, the first at a.jsonl, line 1: `score_chosen` is `7,5`.")]
    public void A_fault_is_named_with_its_count_its_place_and_an_example(string what, string row, string rule, FindingSeverity severity, string message)
    {
        using var folder = new TemporaryFolder();
        DataCheck check = new MLContext().Alignment.Check(folder.Write("a.jsonl", row), Model);
        DataFinding finding = Assert.Single(check.Findings);
        Assert.Equal((what, rule, severity, message), (what, finding.Rule, finding.Severity, finding.Message));
    }

    [Fact]
    public void A_data_view_is_checked_as_a_file_is_and_test_prompts_are_found_in_it()
    {
        var context = new MLContext();
        Row[] rows = [new("What is the colour of the sky?", "Blue.", "Green."), new("Why is grass green in the summer?", "Chlorophyll.", "Paint.")];
        Row[] test = [new("what is the  colour of the sky?", "Blue.", "Red."), new("Why is grass green in the summer? Thanks!", "It is.", "No.")];
        DataCheck check = context.Alignment.Check(context.Data.LoadFromEnumerable(rows), Model, context.Data.LoadFromEnumerable(test));
        DataFinding finding = Assert.Single(check.Findings);
        Assert.Equal(("test-in-train", FindingSeverity.Error, 2L), (finding.Rule, finding.Severity, finding.Count));
        Assert.Equal([0, 1], finding.Rows);
        Assert.Equal("Prompts of 2 test rows (0, 1) occur in the training data, 1 exactly and 1 nearly, in 2 of 2 rows, the first at data view, row 1: "
            + "`What is the colour of the sky?`, as in row 0 of the test data.", finding.Message);
    }

    private sealed record Row(string Prompt, string Chosen, string Rejected);
}
