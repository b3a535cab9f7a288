using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data.Statistics;

namespace Microsoft.ML.SimPO.Data;

public class PreferenceStatisticsTests
{
    private static readonly PreferenceRow[] Rows =
    [
        new("abcd", "aaaa", "bb", 3, 1),
        new("ABCD ", "aa", "bbbb", 2, 1),
        new("""[{"role":"system","content":"ss"},{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"}]""", "aaa",
            "bbb", null, null),
        new("abcd", "aaaa", "bb", 3, 1),
    ];

    [Fact]
    public void Statistics_are_those_counted_by_hand()
    {
        PreferenceStatistics statistics = Collect(Rows, new StatisticsLimits(Prompt: 4, Answer: 3, Pair: 8));
        Assert.Equal(new LengthDistribution(4, 4.5, 4, 5, 5, 5, 4, 0.5), statistics.Prompt);
        Assert.Equal(new LengthDistribution(2, 3.25, 3, 4, 4, 4, 3, 0.5), statistics.Chosen);
        Assert.Equal(new LengthDistribution(2, 2.75, 2, 4, 4, 4, 3, 0.25), statistics.Rejected);
        Assert.Equal(new LengthDistribution(8, 8.25, 8, 9, 9, 9, 8, 0.25), statistics.Pair);
        Assert.Equal(new LengthBias(0.5, 0.25, 0.5), statistics.LengthBias);
        Assert.Equal(0.625, statistics.LengthBias.LengthOnlyAccuracy);
        Assert.Equal((1L, 2L, 1L, 3L), (statistics.DuplicatePairs, statistics.DuplicatePrompts, statistics.WithSystem, statistics.WithScores));
        Assert.Equal(5.0 / 3, statistics.MeanScoreGap!.Value, 12);
        Assert.Equal([KeyValuePair.Create(1, 3L), KeyValuePair.Create(3, 1L)], statistics.Turns);
    }

    [Fact]
    public void The_table_names_what_was_dropped_and_what_length_gives_away()
    {
        var log = new DropLog();
        log.Drop(DropReason.TooLong, new RowLocation("a.jsonl", 9, 9), "An answer must have at most 3 tokens, but has 4.");
        var collector = new StatisticsCollector(new PairMeasure("tokens", PairLengths.InCharacters), new StatisticsLimits(Answer: 3));
        foreach (PreferenceRow row in Rows) collector.Add(row);
        string[] lines = collector.Finish(log).ToString().Split(Environment.NewLine);
        Assert.Equal(
            [
                "rows read 0, pairs kept 4",
                "  dropped        1  TooLong              a.jsonl, line 9: An answer must have at most 3 tokens, but has 4.",
                "tokens        least       mean   median     95 %     99 %     most",
                "prompt            4        4.5        4        5        5        5",
                "chosen            2        3.3        3        4        4        4      50.0 % over 3",
                "rejected          2        2.8        2        4        4        4      25.0 % over 3",
                "pair              8        8.3        8        9        9        9",
                "chosen longer 50.0 %, rejected longer 25.0 %; length alone would reach an accuracy of 62.5 %",
                "duplicates: 1 pairs, 2 prompts",
                "turns: 1 (3), 3 (1); with a system message: 1",
                "scores: 3 pairs, mean lead of chosen 1.667",
                "",
            ],
            lines);
    }

    [Fact]
    public void A_data_frame_has_a_row_for_each_part()
    {
        var frame = Collect(Rows, new StatisticsLimits()).ToDataFrame();
        Assert.Equal(["Prompt", "Chosen", "Rejected", "Pair"], frame.Columns["Part"].Cast<string>());
        Assert.Equal([4.5, 3.25, 2.75, 8.25], frame.Columns["Mean"].Cast<double>());
    }

    [Fact]
    public void No_rows_have_statistics_too() =>
        Assert.Equal((0L, 0.5), (Collect([], new StatisticsLimits()).RowsKept, Collect([], new StatisticsLimits()).LengthBias.LengthOnlyAccuracy));

    [SkippableFact]
    public void Statistics_of_real_data_agree_with_an_independent_count()
    {
        string path = TestAssets.Data("dpo_en_demo.json");
        PreferenceStatistics statistics = PreferenceAnalysis.Collect(PreferenceReader.ReadLocated(path), new DropLog());
        // Counted again here, straight from the JSON.
        JsonElement[] rows = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.EnumerateArray().ToArray();
        int[] chosen = rows.Select(row => row.GetProperty("chosen").GetProperty("value").GetString()!.Length).ToArray();
        int[] rejected = rows.Select(row => row.GetProperty("rejected").GetProperty("value").GetString()!.Length).ToArray();
        JsonElement[][] turns = rows.Select(row => row.GetProperty("conversations").EnumerateArray().ToArray()).ToArray();
        int[] prompts = turns.Select(conversation => conversation.Sum(turn => turn.GetProperty("value").GetString()!.Length)).ToArray();
        Assert.Equal((300L, chosen.Average(), rejected.Average(), prompts.Average()),
            (statistics.RowsKept, statistics.Chosen.Mean, statistics.Rejected.Mean, statistics.Prompt.Mean));
        Assert.Equal((chosen.Max(), rejected.Min(), prompts.Max()), (statistics.Chosen.Maximum, statistics.Rejected.Minimum, statistics.Prompt.Maximum));
        Array.Sort(prompts);
        Assert.Equal((prompts[149], prompts[284], prompts[296]), (statistics.Prompt.Median, statistics.Prompt.Percentile95, statistics.Prompt.Percentile99));
        Assert.Equal(rows.Count(row => Length(row, "chosen") > Length(row, "rejected")) / 300.0, statistics.LengthBias.ChosenLonger);
        Assert.Equal(rows.Count(row => Length(row, "chosen") < Length(row, "rejected")) / 300.0, statistics.LengthBias.RejectedLonger);
        Assert.Equal(turns.Count(conversation => conversation[0].GetProperty("from").GetString() == "system"), statistics.WithSystem);
        Assert.Equal(
            turns.GroupBy(conversation => conversation.Count(turn => turn.GetProperty("from").GetString() != "system")).OrderBy(group => group.Key)
                .Select(group => KeyValuePair.Create(group.Key, (long)group.Count())),
            statistics.Turns);
        Assert.Equal(300 - rows.Select(row => row.GetRawText()).Distinct(StringComparer.Ordinal).Count(), statistics.DuplicatePairs);
        int distinctPrompts = turns.Select(conversation => Regex.Replace(string.Concat(conversation.Select(turn => turn.GetRawText())), @"(\s|\\n|\\t)+", " ")
            .ToLowerInvariant()).Distinct().Count();
        Assert.Equal((5, 300 - distinctPrompts), (300 - distinctPrompts, statistics.DuplicatePrompts));

        static int Length(JsonElement row, string answer) => row.GetProperty(answer).GetProperty("value").GetString()!.Length;
    }

    /// <summary>The conversations written out by hand as the model's template has them, and counted by its tokenizer.</summary>
    [SkippableFact]
    public void Statistics_of_real_data_in_tokens_agree_with_an_independent_count()
    {
        string path = TestAssets.Data("dpo_en_demo.json"), model = TestAssets.Model("smollm2-135m-instruct");
        PreferenceStatistics statistics =
            new MLContext(1).Alignment.DescribePreferences(path, modelPath: model, limits: new StatisticsLimits(Prompt: 512, Answer: 256, Pair: 1024));
        JsonElement[] rows = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.EnumerateArray().ToArray();
        HfTokenizer tokenizer = HfTokenizer.Load(model);
        string[] prompts = rows.Select(row => Written(row.GetProperty("conversations")) + "<|im_start|>assistant\n").ToArray();
        int[] prompt = prompts.Select(Count).ToArray(), chosen = Answers("chosen"), rejected = Answers("rejected");
        int[] pair = prompt.Select((length, i) => length + Math.Max(chosen[i], rejected[i])).ToArray();
        Assert.Equal("tokens", statistics.Unit);
        Assert.Equal(Distribution(prompt, 512), statistics.Prompt);
        Assert.Equal(Distribution(chosen, 256), statistics.Chosen);
        Assert.Equal(Distribution(rejected, 256), statistics.Rejected);
        Assert.Equal(Distribution(pair, 1024), statistics.Pair);
        double longer = chosen.Zip(rejected).Count(lengths => lengths.First > lengths.Second) / 300.0,
            shorter = chosen.Zip(rejected).Count(lengths => lengths.First < lengths.Second) / 300.0;
        Assert.Equal((longer, shorter), (statistics.LengthBias.ChosenLonger, statistics.LengthBias.RejectedLonger));
        Assert.Equal(chosen.Average() - rejected.Average(), statistics.LengthBias.MeanDifference, 9);
        Assert.Equal(Math.Max(longer, shorter) + ((1 - longer - shorter) / 2), statistics.LengthBias.LengthOnlyAccuracy, 12);

        int Count(string text) => tokenizer.Encode(text, addSpecialTokens: false).Length;

        int[] Answers(string name) =>
            rows.Select((row, i) => Count($"{prompts[i]}{row.GetProperty(name).GetProperty("value").GetString()}<|im_end|>") - prompt[i]).ToArray();

        static string Written(JsonElement conversation)
        {
            string Role(JsonElement turn) => turn.GetProperty("from").GetString() switch { "human" => "user", "gpt" => "assistant", _ => "system" };
            IEnumerable<string> turns = conversation.EnumerateArray().Select(turn =>
                $"<|im_start|>{Role(turn)}\n{turn.GetProperty("value").GetString()}<|im_end|>\n");
            bool hasSystem = conversation[0].GetProperty("from").GetString() == "system";
            return (hasSystem ? "" : "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n")
                + string.Concat(turns);
        }

        static LengthDistribution Distribution(int[] lengths, int limit)
        {
            int[] sorted = lengths.Order().ToArray();
            return new(
                sorted[0], lengths.Average(), sorted[149], sorted[284], sorted[296], sorted[299], limit, lengths.Count(length => length > limit) / 300.0);
        }
    }

    private static PreferenceStatistics Collect(PreferenceRow[] rows, StatisticsLimits limits) =>
        PreferenceAnalysis.Collect(rows.Select((row, i) => new LocatedRow(row, new RowLocation("f", i + 1, i + 1))), new DropLog(), null, limits);
}
