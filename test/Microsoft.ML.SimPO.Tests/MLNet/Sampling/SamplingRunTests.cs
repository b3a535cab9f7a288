using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

public sealed class SamplingRunTests(TunedModel tuned) : IClassFixture<TunedModel>, IDisposable
{
    private static readonly int[] Seeds = [13, 21];

    private readonly TempFolder _folder = new();

    /// <summary>Three different prompts, of which the first comes twice.</summary>
    private IDataView Prompts => tuned.Context.Data.LoadFromEnumerable(new[] { 0, 1, 0, 2 }.Select(i => QuickStartFiles.Pairs(3)[i]));

    private static SamplingOptions Options => new() { Seeds = Seeds, Generation = new GenerationOptions { Sample = true, MaxNewTokens = 6 } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_in_the_layout_of_the_reference()
    {
        SampledAnswers sampled = Sample();
        string[] prompts = [.. QuickStartFiles.Pairs(3).Select(p => p.Prompt)];
        Assert.Equal(prompts, sampled.Prompts);
        Assert.Equal(["all_outputs.json", "answers.jsonl", "output_13.json", "output_21.json"], _folder.Names());
        for (int s = 0; s < Seeds.Length; s++)
        {
            string[] expected = [.. prompts.Select(p => tuned.Transformer.Generate(p, Options.Generation! with { Seed = Seeds[s] }))];
            JsonElement[] rows = Read($"output_{Seeds[s]}.json");
            Assert.Equal(prompts, rows.Select(r => r.GetProperty("prompt").GetString()));
            Assert.Equal(expected, rows.Select(r => r.GetProperty("generated_text").GetString()));
            Assert.All(rows, r => Assert.Contains("<|start_header_id|>user", r.GetProperty("format_prompt").GetString(), StringComparison.Ordinal));
        }
        JsonElement[] all = Read("all_outputs.json");
        Assert.Equal(3 - sampled.SameAnswers, all.Length);
        Assert.Equal(
            sampled.Answers.Where(a => a.Distinct().Count() > 1).Select(a => string.Join('|', a)),
            all.Select(r => string.Join('|', r.GetProperty("all_generated_responses").EnumerateArray().Select(a => a.GetString()))));
    }

    [Fact]
    public void Prompts_whose_answers_are_all_the_same_are_dropped_and_counted()
    {
        SamplingOptions likeliest = Options;
        likeliest.Generation = likeliest.Generation! with { TopK = 1 };
        SampledAnswers sampled = tuned.Context.Alignment.Sample(Prompts, tuned.Transformer, _folder.Path, likeliest);
        Assert.Equal("3 prompts with 2 answers each, 0 of them known; 3 dropped for equal answers", sampled.ToString());
        Assert.Empty(Read("all_outputs.json"));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 11)]
    public void A_run_that_was_broken_off_goes_on_with_the_same_answers(int lines, int rest)
    {
        SampledAnswers whole = Sample();
        string path = _folder.File("answers.jsonl");
        string[] written = File.ReadAllLines(path);
        File.WriteAllText(path, string.Join('\n', written[..lines]) + "\n" + written[^1][..rest]);
        SampledAnswers rested = Sample();
        Assert.Equal(lines - 1, rested.Known);
        Assert.Equal(whole.Answers.SelectMany(a => a), rested.Answers.SelectMany(a => a));
        Assert.Equal(written.Order(), File.ReadAllLines(path).Order());
    }

    [Fact]
    public void A_column_has_an_answer_for_each_seed_and_is_saved_with_its_model()
    {
        AnswerSamplingEstimator sampling = tuned.Context.Alignment.Transforms.Sample(tuned.Transformer, options: Options);
        AnswerSamplingTransformer transformer = sampling.Fit(Prompts);
        IDataView sampled = transformer.Transform(Prompts);
        Assert.Equal(new VectorDataViewType(TextDataViewType.Instance, 2), sampled.Schema["Answers"].Type);
        string[][] answers = [.. sampled.GetColumn<string[]>("Answers")];
        string[][] known = [.. Sample().Answers.Select(a => a.ToArray())];
        Assert.Equal([known[0], known[1], known[0], known[2]], answers);
        tuned.Context.Model.Save(transformer, Prompts.Schema, _folder.File("sampler.zip"));
        using var loaded = (IDisposable)tuned.Context.Model.Load(_folder.File("sampler.zip"), out _);
        Assert.Equal(answers, ((ITransformer)loaded).Transform(Prompts).GetColumn<string[]>("Answers"));
    }

    [Fact]
    public void All_faults_of_the_options_are_said_at_once()
    {
        var options = new SamplingOptions { MaxPrompts = 0, Seeds = [1, 1], Generation = new GenerationOptions() };
        Assert.Equal(
            string.Join(
                Environment.NewLine, "`MaxPrompts` must be at least 1, but was 0. Use null for all.",
                "`Seeds` must be different, for equal ones give equal answers, but were 1, 1.",
                "`Generation` must sample, for greedy answers to one prompt are equal. Set `Sample`.") + " (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => tuned.Context.Alignment.Sample(Prompts, tuned.Transformer, _folder.Path, options)).Message);
        Assert.Equal([13, 21, 42, 79, 100], new SamplingOptions().Seeds);
    }

    private SampledAnswers Sample() => tuned.Context.Alignment.Sample(Prompts, tuned.Transformer, _folder.Path, Options);

    private JsonElement[] Read(string name) => [.. JsonDocument.Parse(File.ReadAllText(_folder.File(name))).RootElement.EnumerateArray()];
}
