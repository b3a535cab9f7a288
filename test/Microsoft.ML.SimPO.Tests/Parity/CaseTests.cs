using System.Text.Json;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Small inputs after the kind of public reports, with the value that each has to give.</summary>
public sealed class CaseTests
{
    private const string R1 = "<|bos|><|User|>2 + 2?<|Assistant|>", Sum = "<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n";

    private const string WeatherPrompt = "<|im_start|>user\nWeather in Graz?<|im_end|>\n<|im_start|>assistant\n"
        + """<tool_call>get_weather {"city": "Graz"}</tool_call>""" + "<|im_end|>\n<|im_start|>tool\n11 C, rain<|im_end|>\n<|im_start|>assistant\n";

    private static readonly string Root = Path.Combine(GoldenCases.OwnRoot, "cases");

    [Theory]
    [InlineData("02-openai-preference/train.jsonl", "02-openai-preference/expected.jsonl")]
    [InlineData("03-python-repr-csv/train.csv", "03-python-repr-csv/expected.jsonl")]
    [InlineData("04-array-in-jsonl/pretty.jsonl", "04-array-in-jsonl/expected.jsonl")]
    [InlineData("04-array-in-jsonl/oneline.jsonl", "04-array-in-jsonl/expected.jsonl")]
    [InlineData("04-array-in-jsonl/each-line-a-list.jsonl", "04-array-in-jsonl/expected.jsonl")]
    [InlineData("04-array-in-jsonl/rows-over-lines.jsonl", "04-array-in-jsonl/expected.jsonl")]
    [InlineData("05-split-suffix/a", "05-split-suffix/expected.jsonl")]
    [InlineData("05-split-suffix/b", "05-split-suffix/expected.jsonl")]
    [InlineData("05-split-suffix/c", "05-split-suffix/expected.jsonl")]
    [InlineData("05-split-suffix/d", "05-split-suffix/expected.jsonl")]
    [InlineData("06-stray-quotes/inches.csv", "06-stray-quotes/expected-csv.jsonl")]
    [InlineData("06-stray-quotes/inches.tsv", "06-stray-quotes/expected-tsv.jsonl")]
    [InlineData("07-nan-scores/train.json", "07-nan-scores/expected-json.jsonl")]
    [InlineData("07-nan-scores/train.jsonl", "07-nan-scores/expected-jsonl.jsonl")]
    [InlineData("30-ultrafeedback-raw/train.jsonl.gz", "30-ultrafeedback-raw/expected-fine-grained.jsonl")]
    [InlineData("31-spark/by-split", "31-spark/expected-by-split.jsonl")]
    [InlineData("31-spark/csv", "31-spark/expected-csv.jsonl")]
    [InlineData("32-arrow-encodings/deltas.arrows", "32-arrow-encodings/expected.jsonl")]
    [InlineData("32-arrow-encodings/run-ends.arrows", "32-arrow-encodings/expected-run-ends.jsonl")]
    [InlineData("33-excel-csv/semicolon-bom.csv", "33-excel-csv/expected.jsonl")]
    [InlineData("33-excel-csv/old-mac.csv", "33-excel-csv/expected.jsonl")]
    [InlineData("36-helpsteer3/preference.jsonl.gz", "36-helpsteer3/expected.jsonl")]
    [InlineData("37-nectar-ranks/train.jsonl.gz", "37-nectar-ranks/expected.jsonl")]
    public void A_file_of_the_kind_gives_its_pairs(string path, string expected)
    {
        PreferenceRow[] rows = [.. PreferenceReader.Read(Path.Combine(Root, path))];
        PreferenceRow[] right = [.. File.ReadLines(Path.Combine(Root, expected)).Select(line => Expected(JsonDocument.Parse(line).RootElement))];
        Assert.Equal(right.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal((i, right[i].Prompt, right[i].Chosen, right[i].Rejected), (i, Canonical(rows[i].Prompt), rows[i].Chosen, rows[i].Rejected));
            if (right[i].ScoreChosen is null && right[i].ScoreRejected is null) continue;
            Assert.Equal((i, right[i].ScoreChosen, right[i].ScoreRejected), (i, rows[i].ScoreChosen, rows[i].ScoreRejected));
        }
    }

    [Fact]
    public void Every_file_that_DuckDB_or_polars_writes_gives_the_same_pairs_decimals_as_scores()
    {
        string folder = Path.Combine(Root, "08-polars-duckdb");
        PreferenceRow[] right = [.. PreferenceReader.Read(Path.Combine(folder, "pairs.ndjson"))];
        Assert.Equal(4.5f, right[0].ScoreChosen);
        string[] files = [.. Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "pairs.ndjson").Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        foreach (string file in files)
        {
            PreferenceRow[] rows = [.. PreferenceReader.Read(file)];
            Assert.Equal((file, right.Length), (file, rows.Length));
            for (int i = 0; i < rows.Length; i++)
                Assert.Equal((file, i, right[i].Prompt, right[i].Chosen, right[i].Rejected), (file, i, rows[i].Prompt, rows[i].Chosen, rows[i].Rejected));
        }
        PreferenceRow decimals = PreferenceReader.Read(Path.Combine(folder, "duckdb-enum-decimal.parquet")).First();
        Assert.Equal((4.5f, 1.25f), (decimals.ScoreChosen, decimals.ScoreRejected));
    }

    /// <summary>What a model sees of the first row of a file; a row that it must not see is told why.</summary>
    [Theory]
    [InlineData("01-tool-calls/prompt-empty.jsonl", WeatherPrompt, "It rains in Graz, 11 degrees.<|im_end|>", "I do not know.<|im_end|>")]
    [InlineData("01-tool-calls/prompt-null.jsonl", WeatherPrompt, "It rains in Graz, 11 degrees.<|im_end|>", "I do not know.<|im_end|>")]
    [InlineData("01-tool-calls/answer.jsonl", "<|im_start|>user\nWeather in Graz?<|im_end|>\n<|im_start|>assistant\n",
        """<tool_call>get_weather {"city": "Graz"}</tool_call><|im_end|>""", """<tool_call>get_weather {"city": "Linz"}</tool_call><|im_end|>""")]
    [InlineData("01-tool-calls/reasoning.jsonl", null, "the model's chat template does not write `reasoning_content`: the thought of an answer would be "
        + "dropped. Remove it, or use a template that has it.", "")]
    [InlineData("10-r1-think/full-think.jsonl", R1 + "<think>\n", "Two and two.\n</think>\n\n4<|eos|>", "Hm.\n</think>\n\n5<|eos|>")]
    [InlineData("10-r1-think/closing-only.jsonl", R1 + "<think>\n", "Two and two.\n</think>\n\n4<|eos|>", "Hm.\n</think>\n\n5<|eos|>")]
    [InlineData("10-r1-think/no-think.jsonl", R1, "4<|eos|>", "5<|eos|>")]
    [InlineData("11-qwen-thinking/full-think.jsonl", Sum + "<think>\n", "Two and two.\n</think>\n\n4<|im_end|>", "Hm.\n</think>\n\n5<|im_end|>")]
    [InlineData("11-qwen-thinking/closing-only.jsonl", Sum + "<think>\n", "Two and two.\n</think>\n\n4<|im_end|>", "Hm.\n</think>\n\n5<|im_end|>")]
    [InlineData("11-qwen-thinking/no-think.jsonl", Sum + "<think>\n", "\n</think>\n\n4<|im_end|>", "\n</think>\n\n5<|im_end|>")]
    [InlineData("11-qwen-thinking/history-think.jsonl", "<|im_start|>user\n1?<|im_end|>\n<|im_start|>assistant\nUno<|im_end|>\n<|im_start|>user\n2?<|im_end|>\n"
        + "<|im_start|>assistant\n<think>\n", "Two.\n</think>\n\nDos<|im_end|>", "\n</think>\n\nDeux<|im_end|>")]
    [InlineData("12-end-token-twice/plain.jsonl", Sum, "4<|im_end|>", "5<|im_end|>")]
    [InlineData("12-end-token-twice/ended-by-hand.jsonl", Sum, "4<|im_end|>", "5<|im_end|>")]
    [InlineData("12-end-token-twice/templated-by-hand.jsonl", Sum, "4<|im_end|>", "5<|im_end|>")]
    [InlineData("12-end-token-twice/whole-conversations-templated.jsonl", Sum, "4<|im_end|>", "5<|im_end|>")]
    [InlineData("12-end-token-twice/prompt-repeated-in-answer.jsonl", Sum, "2 + 2? 4<|im_end|>", "2 + 2? 5<|im_end|>")]
    public void A_model_sees_of_a_row_what_it_has_to_or_the_row_is_told(string path, string? prompt, string chosen, string rejected)
    {
        string data = Path.Combine(Root, path), model = Path.Combine(Path.GetDirectoryName(data)!, "model");
        PreviewedRow row = new MLContext().Alignment.Preview(data, model, 1).Rows[0];
        if (prompt is null)
        {
            Assert.Equal(chosen, row.Dropped);
            return;
        }
        Assert.Null(row.Dropped);
        Assert.Equal((prompt, chosen, rejected), (row.Prompt, row.Chosen, row.Rejected));
        int end = HfTokenizer.Load(model).TokenId(chosen[chosen.LastIndexOf('<')..])!.Value;
        Assert.Equal((1, 1, end, end), (row.ChosenIds.Count(id => id == end), row.RejectedIds.Count(id => id == end), row.ChosenIds[^1], row.RejectedIds[^1]));
    }

    /// <summary>Case 16: as transformers has it since 4.43, special tokens in a text are text.</summary>
    [Fact]
    public void Special_tokens_are_letters_where_the_configuration_says_that_they_are_split()
    {
        HfTokenizer split = HfTokenizer.Load(Path.Combine(Root, "16-split-special-tokens", "model"));
        Assert.Equal([.. "hi<|im_end|>you"u8.ToArray().Select(b => (int)b)], split.Encode("hi<|im_end|>you", addSpecialTokens: false));
        HfTokenizer usual = HfTokenizer.Load(Path.Combine(Root, "12-end-token-twice", "model"));
        Assert.Equal([104, 105, 258, 121, 111, 117], usual.Encode("hi<|im_end|>you", addSpecialTokens: false));
    }

    /// <summary>Case 29: parts in a text are read, what cannot be read is told, and an answer that happens to be JSON stays as it is.</summary>
    [Fact]
    public void JSON_in_texts_is_a_conversation_an_error_or_text_by_one_rule()
    {
        var context = new MLContext();
        const string json = """[{"role":"assistant","content":"hi"}]""";
        TextPair[] pairs =
        [
            new() { Prompt = """[{"role":"user","content":[{"type":"text","text":"Hi?"}]}]""", Chosen = "Yes.", Rejected = "No." },
            new() { Prompt = """[{"role":"user","content":null,"tool_calls":[]}]""", Chosen = "Yes.", Rejected = "No." },
            new() { Prompt = "What is a message?", Chosen = json, Rejected = "No idea." },
        ];
        PreferencePreview preview =
            context.Alignment.Preview(context.Data.LoadFromEnumerable(pairs), Path.Combine(Root, "12-end-token-twice", "model"));
        Assert.Equal("<|im_start|>user\nHi?<|im_end|>\n<|im_start|>assistant\n", preview.Rows[0].Prompt);
        Assert.Equal("`Prompt[0].content` is missing or null.", preview.Rows[1].Dropped);
        Assert.Equal(37, json.Length);
        Assert.Equal([.. json.Select(c => (int)c), 258], preview.Rows[2].ChosenIds);
    }

    private static PreferenceRow Expected(JsonElement row)
    {
        JsonElement prompt = row.GetProperty("prompt");
        bool isQuestion = prompt.GetArrayLength() == 1 && prompt[0].GetProperty("role").GetString() == "user";
        return new PreferenceRow(
            isQuestion ? prompt[0].GetProperty("content").GetString()! : JsonSerializer.Serialize(prompt),
            row.GetProperty("chosen").GetString()!, row.GetProperty("rejected").GetString()!, Score("score_chosen"), Score("score_rejected"));

        float? Score(string name) => !row.TryGetProperty(name, out JsonElement score) ? null : score.ValueKind switch
        {
            JsonValueKind.Number => score.GetSingle(),
            JsonValueKind.String => float.PositiveInfinity, // no JSON number
            _ => null,
        };
    }

    // JSON may escape a character or not; both are the same messages.
    private static string Canonical(string prompt) =>
        prompt.StartsWith("[{\"role\":", StringComparison.Ordinal) ? JsonSerializer.Serialize(JsonDocument.Parse(prompt).RootElement) : prompt;
}
