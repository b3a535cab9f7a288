using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

public class PreferenceCleanerTests
{
    private static readonly PreferenceFilterOptions Nothing = new()
    {
        CheckTurnOrder = false, DropEqualAnswers = false, DropDamagedText = false, DropDuplicatePairs = false, DropConflicts = false,
    };

    [Fact]
    public void Clean_pairs_pass_in_their_order()
    {
        PreferenceRow[] rows = [Row("a"), Row("b"), Row("""[{"role":"system","content":"s"},{"role":"user","content":"q"}]""")];
        Assert.Equal(rows, Clean(new PreferenceFilterOptions(), out IReadOnlyList<DroppedRows> drops, rows));
        Assert.Empty(drops);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"a"},{"role":"user","content":"b"}]""", "Message 2 of the prompt must not be of `user` after `user`.")]
    [InlineData("""[{"role":"assistant","content":"a"},{"role":"user","content":"b"}]""", "Message 1 of the prompt must not be of `assistant` at the start.")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"system","content":"b"}]""", "Message 2 of the prompt must not be of `system` after `user`.")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]""",
        "The prompt must end with the user's message, but ends with one of `assistant`.")]
    public void Odd_turn_order_is_dropped(string prompt, string message) =>
        AssertDropped(DropReason.TurnOrder, message, new PreferenceFilterOptions(), Row(prompt));

    [Fact]
    public void A_tools_turn_may_stand_between_two_of_the_assistant()
    {
        string prompt = ConversationText.Format(new([new(Message.User, "q"), new(Message.Assistant, "call"), new(Message.Tool, "1"), new(Message.Tool, "2"),
            new(Message.Assistant, "a"), new(Message.User, "q2")]));
        Assert.Single(Clean(new PreferenceFilterOptions(), out _, Row(prompt)));
    }

    [Fact]
    public void Equal_answers_are_dropped() =>
        AssertDropped(DropReason.ChosenEqualsRejected, "Both answers are `x`.", new PreferenceFilterOptions(), Row("p", "x", "x"));

    [Theory]
    [InlineData("caf\uFFFD", "`chosen` has a replacement character (U+FFFD) at character 4: `\uFFFD`.")]
    [InlineData("cafÃ©", "`chosen` has UTF-8 that was read as Latin-1 at character 4: `Ã©`.")]
    [InlineData("it\u00E2\u20AC\u2122s", "`chosen` has UTF-8 that was read as Windows-1252 at character 3: `\u00E2\u20AC\u2122s`.")]
    [InlineData("a\u0000b", "`chosen` has a control character at character 2: `\\u0000b`.")]
    public void Damaged_text_is_dropped(string text, string message) =>
        AssertDropped(DropReason.DamagedText, message, new PreferenceFilterOptions(), Row("p", text));

    [Fact]
    public void Half_a_surrogate_pair_is_damage() =>
        AssertDropped(
            DropReason.DamagedText, "`rejected` has half of a surrogate pair.", new PreferenceFilterOptions(), Row("p", "🙂", "🙂" + "🙂"[..1]));

    [Theory]
    [InlineData("naïve café 你好 🙂\r\n\tÂ A NÃO\f")]
    [InlineData("привет — “quoted” … €")]
    public void Text_that_only_looks_unusual_is_not_damaged(string text) => Assert.Single(Clean(new PreferenceFilterOptions(), out _, Row("p", text)));

    [Fact]
    public void Of_duplicates_and_conflicts_the_first_is_kept()
    {
        PreferenceRow first = Row("p", "a", "b");
        Assert.Equal([first, Row("p", "a", "c")],
            Clean(new PreferenceFilterOptions(), out IReadOnlyList<DroppedRows> drops, first, Row("p", "a", "b"), Row("p", "b", "a"), Row("p", "a", "c")));
        Assert.Equal(
            [
                new DroppedRows(DropReason.DuplicatePair, 1, "f, line 2", "The same pair came before: `p`."),
                new DroppedRows(DropReason.Conflict, 1, "f, line 3", "The same answers came before the other way round: `p`."),
            ],
            drops);
    }

    [Fact]
    public void A_prompt_is_kept_so_often_whatever_its_case_and_white_space()
    {
        var options = new PreferenceFilterOptions { MaxPairsPerPrompt = 2 };
        Assert.Equal(2, Clean(options, out IReadOnlyList<DroppedRows> drops, Row("a b", "1"), Row(" A\n b", "2"), Row("A B ", "3")).Length);
        Assert.Equal([new DroppedRows(DropReason.DuplicatePrompt, 1, "f, line 3", "The same prompt came before 2 times: `A B `.")], drops);
    }

    [Fact]
    public void Limits_are_counted_in_the_unit_of_the_measure()
    {
        var words =
            new PairMeasure("tokens", row => new PairLengths(row.Prompt.Split(' ').Length, row.Chosen.Split(' ').Length, row.Rejected.Split(' ').Length));
        AssertDropped(
            DropReason.TooLong, "The prompt must have at most 2 tokens, but has 3.", new PreferenceFilterOptions { MaxPromptLength = 2 }, Row("a b c"), words);
        AssertDropped(DropReason.TooLong, "An answer must have at most 1 tokens, but has 2.", new PreferenceFilterOptions { MaxAnswerLength = 1 },
            Row("a", "b", "c d"), words);
        AssertDropped(DropReason.TooLong, "The prompt with its longer answer must have at most 3 characters, but has 4.",
            new PreferenceFilterOptions { MaxLength = 3 }, Row("a", "b", "cde"));
        AssertDropped(DropReason.LengthRatio, "The longer answer must have at most 2.5 times the characters of the shorter, but has 3 against 1.",
            new PreferenceFilterOptions { MaxLengthRatio = 2.5 }, Row("a", "b", "cde"));
    }

    [Fact]
    public void A_score_gap_too_small_is_dropped_and_pairs_without_scores_pass()
    {
        var options = new PreferenceFilterOptions { MinimumScoreGap = 1 };
        Assert.Single(Clean(options, out _, Row("p")));
        AssertDropped(DropReason.ScoreGap, "The score of `chosen` must lead by at least 1, but is 2 against 1.5.", options,
            Row("p") with { ScoreChosen = 2, ScoreRejected = 1.5f });
        AssertDropped(DropReason.ScoreGap, "The score of `chosen` must lead by at least 0, but is 1 against 2.",
            new PreferenceFilterOptions { MinimumScoreGap = 0 }, Row("p") with { ScoreChosen = 1, ScoreRejected = 2 });
    }

    [Fact]
    public void Answers_in_another_script_are_dropped()
    {
        var latin = new PreferenceFilterOptions { Script = WritingSystem.Latin };
        Assert.Equal(2, Clean(latin, out _, Row("p", "Straße 你好"), Row("p", "1 + 1 = 2")).Length);
        AssertDropped(DropReason.OtherLanguage, "`chosen` must be mostly Latin, but 6 of its 8 letters are of another script: `ok привет`.", latin,
            Row("p", "ok привет"));
        Assert.Single(Clean(new PreferenceFilterOptions { Script = WritingSystem.Han }, out _, Row("p", "こんにちは世界", "你好")));
    }

    [Fact]
    public void Prompts_of_the_test_data_are_dropped()
    {
        using var folder = new TemporaryFolder();
        string long13 = "one two three four five six seven eight nine ten eleven twelve thirteen";
        string path = folder.Write("test.jsonl", $$"""
            {"prompt": "What is it?", "chosen": "a", "rejected": "b"}
            {"prompt": "{{long13}} fourteen", "chosen": "a", "rejected": "b"}
            """);
        var options = new PreferenceFilterOptions { TestData = [path] };
        Assert.Single(Clean(options, out _, Row("zero one two three four five six seven eight nine ten eleven twelve")));
        AssertDropped(DropReason.Contamination, "The prompt is in the test data: `what is  it?`.", options, Row("what is  it?"));
        AssertDropped(DropReason.Contamination,
            "The prompt shares 13 words in a row with one of the test data: `Please: One, two, three, four, five, six, seven, eight, nine...`.", options,
            Row("Please: One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen!"));
    }

    [Fact]
    public void Near_duplicates_are_dropped_and_different_texts_are_not()
    {
        string Text(int seed, int words) =>
            string.Join(' ', Enumerable.Range(0, words).Select(i => $"w{WordSequences.Mix((ulong)((seed * 1000) + i)) % 1000}"));
        PreferenceRow first = Row("p", Text(1, 200), Text(2, 200)), near = first with { Rejected = Text(2, 198) + " other end" },
            other = Row("p", Text(1, 200), Text(3, 200));
        Assert.Equal(
            [first, other], Clean(new PreferenceFilterOptions { NearDuplicateSimilarity = 0.8 }, out IReadOnlyList<DroppedRows> drops, first, near, other));
        Assert.Equal([new DroppedRows(DropReason.NearDuplicate, 1, "f, line 2", "It resembles f, line 1: `p`.")], drops);
    }

    [Fact]
    public void Balancing_keeps_as_many_of_each_class_and_the_same_for_a_seed()
    {
        PreferenceRow[] rows = Enumerable.Range(0, 90)
            .Select(i => Row(new string('x', 1 + (i % 3)), $"a{i}") with { ScoreChosen = i < 60 ? 9 : 2, ScoreRejected = 1 }).ToArray();
        var options = new PreferenceFilterOptions { BalanceScoreGapClasses = 2, Seed = 7 };
        PreferenceRow[] kept = Clean(options, out IReadOnlyList<DroppedRows> drops, rows);
        Assert.Equal((30, 30), (kept.Count(row => row.ScoreChosen == 9), kept.Count(row => row.ScoreChosen == 2)));
        Assert.Equal((DropReason.Balance, 30L), (drops[0].Reason, drops[0].Count));
        Assert.Equal("Class 2 of the score gap and 1 of the prompt's length has 60 pairs; 30 of each class are kept.", drops[0].Example);
        Assert.Equal(kept, Clean(options, out _, rows));
        Assert.NotEqual(kept, Clean(new PreferenceFilterOptions { BalanceScoreGapClasses = 2, Seed = 8 }, out _, rows));
    }

    [Fact]
    public void Balancing_reads_a_file_twice_but_counts_its_rows_once()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", string.Concat(
            Enumerable.Range(0, 9).Select(i => $$"""{"prompt": "{{new string('x', 1 + (i % 3))}}", "chosen": "a{{i}}", "rejected": "b"}""" + "\n")) + "{}\n");
        var log = new DropLog();
        Assert.Equal(9, PreferenceCleaner.Clean(
            PreferenceReader.ReadLocated(path, null, null, log), new PreferenceFilterOptions { BalancePromptLengthClasses = 3 }, log).Count());
        Assert.Equal((10L, 1L), (log.Rows, log.Count(DropReason.MissingField)));
    }

    [Fact]
    public void All_faults_of_the_options_come_in_one_error()
    {
        var options = new PreferenceFilterOptions { MaxPairsPerPrompt = 0, NearDuplicateSimilarity = 1.5, MaxLengthRatio = 0.5, MinimumScoreGap = -1,
            BalanceScoreGapClasses = 1 };
        var thrown = Assert.Throws<ArgumentException>(() => Clean(options, out _));
        Assert.Equal(
            [
                "`MaxPairsPerPrompt` must be at least 1, but was 0. Use null for no limit.",
                "`NearDuplicateSimilarity` must be above 0 to 1, but was 1.5. Use 0.7 to 0.9, or null not to look for them.",
                "`MaxLengthRatio` must be at least 1, but was 0.5. Use 2 to 10, or null for any.",
                "`MinimumScoreGap` must be at least 0, but was -1. Use null to keep pairs of any gap.",
                "`BalanceScoreGapClasses` must be from 2 to 100, but was 1. Use 3 to 5, or null not to balance.",
            ],
            thrown.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Nothing_is_checked_when_nothing_is_asked_for() =>
        Assert.Equal(2, Clean(Nothing, out _, Row("""[{"role":"assistant","content":"a"}]""", "\uFFFD", "\uFFFD"),
            Row("""[{"role":"assistant","content":"a"}]""", "\uFFFD", "\uFFFD")).Length);

    private static PreferenceRow Row(string prompt, string chosen = "yes", string rejected = "no") => new(prompt, chosen, rejected, null, null);

    private static PreferenceRow[] Clean(PreferenceFilterOptions options, out IReadOnlyList<DroppedRows> drops, params PreferenceRow[] rows) =>
        Clean(options, out drops, null, rows);

    private static PreferenceRow[] Clean(PreferenceFilterOptions options, out IReadOnlyList<DroppedRows> drops, PairMeasure? measure, PreferenceRow[] rows)
    {
        var log = new DropLog();
        PreferenceRow[] kept = PreferenceCleaner.Clean(rows.Select((row, i) => new LocatedRow(row, new RowLocation("f", i + 1, i + 1))), options, log, measure)
            .Select(located => located.Row).ToArray();
        drops = log.Drops;
        return kept;
    }

    private static void AssertDropped(DropReason reason, string message, PreferenceFilterOptions options, PreferenceRow row, PairMeasure? measure = null)
    {
        Assert.Empty(Clean(options, out IReadOnlyList<DroppedRows> drops, measure, [row]));
        Assert.Equal([new DroppedRows(reason, 1, "f, line 1", message)], drops);
    }
}
