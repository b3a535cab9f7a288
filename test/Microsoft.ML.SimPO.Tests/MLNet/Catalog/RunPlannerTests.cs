using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Text.Encoders;
using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class RunPlannerTests : IDisposable
{
    /// <summary>Set to have the page written anew instead of compared.</summary>
    private const string Variable = "SIMPO_WRITE_PLANS";

    private const long Gigabyte = 1_000_000_000;

    /// <summary>Mistral 7B v0.1, Llama 3 8B and Llama 3 70B, by what their config.json says of sizes.</summary>
    private static readonly (string Name, string Config)[] Models =
    [
        ("Mistral 7B", Config("mistral", 4096, 14336, 32, 32, 32000)),
        ("Llama 3 8B", Config("llama", 4096, 14336, 32, 32, 128256)),
        ("Llama 3 70B", Config("llama", 8192, 28672, 80, 64, 128256)),
    ];

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Steps_and_tokens_are_those_that_the_run_then_has()
    {
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(10));
        SimPOTrainer.Options options = QuickStartFiles.Options(o => o.Epochs = 1);
        RunPlan plan = _context.Alignment.Plan(options, data);
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(options).Fit(data);
        Assert.Equal((10, model.TrainingRun.Steps.Count, model.ParameterCount), (plan.Pairs, plan.Steps, plan.Parameters));
        Assert.Equal(model.TrainingRun.Steps.Sum(s => (long)s.Tokens), plan.Tokens);
        Assert.True(plan.Fits);
        Assert.Null(plan.Nearest);
        (options.MaxSteps, options.ValidationFraction) = (17, 0.3);
        RunPlan longer = _context.Alignment.Plan(options, data);
        Assert.Equal(17, longer.Steps);
        Assert.InRange(longer.Pairs!.Value, 5, 8); // the rest is held out, by prompt
    }

    [Fact]
    public void Without_data_the_memory_is_that_of_the_description_of_the_model_by_part()
    {
        var options = new SimPOTrainer.Options { ModelPath = Model(0), RestoreBestModel = true };
        RunPlan plan = _context.Alignment.Plan(options, deviceBytes: 1000 * Gigabyte);
        PlannedMemory memory = plan.Memory;
        Assert.Equal(7_241_732_096, plan.Parameters);
        Assert.Equal((4 * plan.Parameters, 4 * plan.Parameters, 8 * plan.Parameters, 4 * plan.Parameters),
            (memory.Weights, memory.Gradients, memory.Moments, memory.BestModel));
        Assert.Equal(_context.Alignment.DescribeModel(options.ModelPath, options).OnCpu.BytesToTrain, memory.Total);
        Assert.Equal((null, null, null, 4096), (plan.Pairs, plan.Tokens, plan.Steps, plan.TokensPerPass));
        JsonElement json = JsonDocument.Parse(plan.ToJson()).RootElement;
        Assert.Equal(memory.Total, json.GetProperty("memory").GetProperty("total").GetInt64());
        Assert.Equal(memory.Total, json.GetProperty("memory").EnumerateObject().Where(p => p.Name != "total").Sum(p => p.Value.GetInt64()));
        Assert.True(json.GetProperty("fits").GetBoolean());
        Assert.Contains(plan.Options, o => o is { Name: "RestoreBestModel", Value: "True", IsDefault: false });
        Assert.Contains(plan.Options, o => o is { Name: "BatchSize", Value: "8", IsDefault: true });
    }

    /// <summary>
    /// Two layers with 7,680 weights in matrices each (q, o 32 x 32; k, v 16 x 32; gate, up, down 48 x 32), a head of 97 x 32; a pair of 3 shared tokens and
    /// answers of 2 and 1.
    /// </summary>
    [Theory]
    [InlineData(false, 6 * 6 * 2 * 7680)]
    [InlineData(true, 8 * 6 * 2 * 7680)]
    public void The_work_of_a_run_is_that_of_its_tokens(bool recomputes, double layers)
    {
        using var decoder = Microsoft.ML.SimPO.Models.Decoder.Described(RandomDecoder.Architecture, new LayerNames());
        EncodedPrompt[] data = [EncodedPrompt.Pair([1, 2, 3, 4, 5], 3, [1, 2, 3, 6], 3)];
        RunWork work = RunWork.Of(decoder, data, 4096, epochs: 10, steps: 10, recomputes, needsReference: false);
        Assert.Equal(10 * (layers + (6 * 3 * 97 * 32)), work.Products);
        // 3 * 3 / 2 in the prompt, 2 * (3 + 1) and 1 * (3 + 1/2) behind it; both layers with 32 query values; forward, and backward two and a half times.
        Assert.Equal(10 * (4.5 + 8 + 3.5) * 2 * 4 * 32 * (recomputes ? 4.5 : 3.5), work.Attention, 1e-6);
        Assert.Equal((work.Products / 100) + (work.Attention / 20) + (work.Bytes / 7) + (work.Calls * 3), work.Seconds(new ComputeRates(100, 7, 3)), 1e-3);
        RunWork referenced = RunWork.Of(decoder, data, 4096, 10, 10, recomputes, needsReference: true);
        Assert.Equal(work.Products * 4 / 3, referenced.Products, 1e-6);
    }

    /// <summary>
    /// A step of SmolLM2-135M on four pairs (1,648 tokens, 1,316 of answers), measured kernel by kernel: 12.8 seconds at 140 GFLOP/s and 12 GB/s, 7.5 of them
    /// products of the layers and 1.6 of the head, 2.3 attention, 0.6 what is element by element in the layers and 0.7 in the head.
    /// </summary>
    [Fact]
    public void The_time_of_a_step_that_was_measured_kernel_by_kernel_is_told()
    {
        DecoderArchitecture architecture = RandomDecoder.Architecture with
        {
            VocabularySize = 49152, HiddenSize = 576, IntermediateSize = 1536, HeadCount = 9, KeyValueHeadCount = 3, HeadDim = 64,
            Layers = [.. Enumerable.Repeat(new LayerArchitecture(null, 0), 30)],
        };
        int next = 0;
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => next++ % 40_000)];
        EncodedPrompt Pair()
        {
            int[] prompt = Ids(83);
            return EncodedPrompt.Pair([.. prompt, .. Ids(164)], 83, [.. prompt, .. Ids(165)], 83);
        }
        using var decoder = Microsoft.ML.SimPO.Models.Decoder.Described(architecture, new LayerNames());
        RunWork work = RunWork.Of(decoder, [Pair(), Pair(), Pair(), Pair()], 4096, epochs: 1, steps: 1, recomputes: false, needsReference: false);
        Assert.InRange(work.Products / 140e9, 0.9 * 9.1, 1.1 * 9.1);
        Assert.InRange(work.Attention / (ComputeRates.AttentionShare * 140e9), 0.8 * 2.3, 1.2 * 2.3);
        Assert.InRange(work.Seconds(new ComputeRates(140e9, 12e9, 5e-6)), 0.9 * 12.8, 1.1 * 12.8);
    }

    /// <summary>What is said of the time is on the page, in the JSON and null where nobody measured.</summary>
    [Fact]
    public void The_time_is_told_where_it_was_measured()
    {
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));
        RunPlan plan = _context.Alignment.Plan(QuickStartFiles.Options(o => o.Epochs = 1), data);
        Assert.Null(plan.Time);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(plan.ToJson()).RootElement.GetProperty("seconds").ValueKind);
        RunPlan timed = _context.Alignment.MeasureTime(plan);
        Assert.InRange(timed.Time!.Value.TotalSeconds, 1e-4, 600);
        RunPlan known = timed with { Time = TimeSpan.FromHours(5.5) };
        Assert.Contains("about 5.5 h on this machine, evaluations aside", known.ToString(), StringComparison.Ordinal);
        Assert.Equal(19800, JsonDocument.Parse(known.ToJson()).RootElement.GetProperty("seconds").GetDouble());
        RunPlan without = _context.Alignment.Plan(QuickStartFiles.Options(o => o.Epochs = 1));
        Assert.Null(_context.Alignment.MeasureTime(without).Time);
    }

    /// <summary>What changes no result is set by itself; an adapter is another run.</summary>
    [Theory]
    [InlineData(180, null, 4096, false)]
    [InlineData(130, "tokens_per_micro_batch: 2048", 2048, false)]
    [InlineData(40, null, 4096, false)]
    public void A_recipe_is_fitted_to_the_memory_by_what_changes_no_result(int gigabytes, string? set, int tokens, bool recomputes)
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\ntokens_per_micro_batch: 4096",
            new RecipeOptions { Map = new Dictionary<string, string> { ["a/model"] = Model(0), ["b/pairs"] = QuickStartFiles.Test } });
        Assert.Equal(set, recipe.FitToMemory(gigabytes * Gigabyte));
        Assert.Equal((tokens, recomputes), (recipe.Options.TokensPerMicroBatch, recipe.Options.GradientCheckpointing));
        Assert.Null(recipe.Options.Lora);
    }

    /// <summary>The least that is enough is named, and it is enough.</summary>
    [Theory]
    [InlineData(180, "")]
    [InlineData(130, "tokens_per_micro_batch: 2048")]
    [InlineData(118, "tokens_per_micro_batch: 256")]
    [InlineData(40, "use_peft: true")]
    [InlineData(20, null)]
    public void The_nearest_settings_that_fit_are_named(int gigabytes, string? expected)
    {
        var options = new SimPOTrainer.Options { ModelPath = Model(0) };
        RunPlan plan = _context.Alignment.Plan(options, deviceBytes: gigabytes * Gigabyte);
        if (expected is null or "")
        {
            Assert.Equal((expected is not null, null), (plan.Fits, plan.Nearest));
            return;
        }
        Assert.False(plan.Fits);
        Assert.Contains(expected, plan.Nearest, StringComparison.Ordinal);
        Assert.InRange(plan.NearestMemory!.Total, 1, gigabytes * Gigabyte);
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            $"model_name_or_path: m\ndataset_mixer: {{d: 1}}\nmax_length: 2048\nmax_prompt_length: 1800\nlora_target_modules: [all-linear]\n{plan.Nearest}",
            new RecipeOptions { Map = new Dictionary<string, string> { ["m"] = options.ModelPath, ["d"] = QuickStartFiles.Test } });
        Assert.Equal(plan.NearestMemory, _context.Alignment.Plan(recipe.Options, deviceBytes: gigabytes * Gigabyte).Memory);
    }

    /// <summary>Mistral 7B has 7.24e9 weights: 4 bytes each, 16 with gradient and moments.</summary>
    [Fact]
    public void Of_a_run_that_does_not_fit_it_is_told_what_each_way_would_take()
    {
        var options = new SimPOTrainer.Options { ModelPath = Model(0) };
        RunPlan plan = _context.Alignment.Plan(options, deviceBytes: 24 * Gigabyte);
        Assert.Equal(
        [
            ("smaller micro-batches", false, true), ("recomputation", false, true), ("an adapter", false, true),
            ("8-bit weights under an adapter", true, false), ("moments in the memory of the host", false, false),
            ("8 devices that part weights, gradients and moments", true, false),
        ], plan.Choices.Select(c => (c.Name, c.Fits, c.IsSupported)));
        Assert.InRange(plan.Choices[3].Bytes, 7.2e9, 9e9);
        Assert.InRange(plan.Choices[4].Bytes, 8 * 7.24e9, 9 * 7.24e9);
        Assert.InRange(plan.Choices[5].Bytes, 2 * 7.24e9, 2.2 * 7.24e9);
        Assert.EndsWith("GB, fits; this library has no such thing yet", plan.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(6, JsonDocument.Parse(plan.ToJson()).RootElement.GetProperty("choices").GetArrayLength());
        Assert.Empty(_context.Alignment.Plan(options, deviceBytes: 1000 * Gigabyte).Choices);
    }

    [Fact]
    public void The_table_of_the_documentation_is_computed()
    {
        var text = new StringBuilder("""
            # What fits where

            Gigabytes that SimPO takes on one GPU, weights, gradients and moments in float32 and layers computed in bfloat16, with micro-batches of 4096
            tokens, as `ml.Alignment.Plan` counts them from the configuration alone. Nothing is put off to the CPU's memory, and nothing is shared between
            devices: a run that does not fit one device does not fit several. The common advice that 7B fits one device of 40 GB, 8B two and 70B eight of 80
            holds for weights, gradients and moments in fewer bits or away from the device; trained in full, with float32 masters, a weight takes 18 bytes.

            | model | what is trained | weights | gradients | moments | activations | head | all | 24 GB | 40 GB | 80 GB | 140 GB |
            |---|---|---|---|---|---|---|---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        (string Name, Action<SimPOTrainer.Options> Change)[] ways =
        [
            ("all weights", _ => { }), ("all weights, recomputed", o => o.GradientCheckpointing = true),
            ("an adapter of rank 16", o => o.Lora = new LoraOptions { Rank = 16, Alpha = 32 }),
            ("an adapter of rank 16, recomputed", o => (o.Lora, o.GradientCheckpointing) = (new LoraOptions { Rank = 16, Alpha = 32 }, true)),
        ];
        for (int i = 0; i < Models.Length; i++)
        {
            foreach ((string name, Action<SimPOTrainer.Options> change) in ways)
            {
                var options = new SimPOTrainer.Options { ModelPath = Model(i) };
                change(options);
                PlannedMemory m = RunPlanner.Plan(options, isOnCpu: false, null, null).Memory;
                string fits = string.Join(" | ", new[] { 24, 40, 80, 140 }.Select(gb => m.Total <= gb * Gigabyte ? "yes" : "no"));
                text.Append(CultureInfo.InvariantCulture, $"| {Models[i].Name} | {name} | {m.Weights / 1e9:F1} | {m.Gradients / 1e9:F1} | ")
                    .Append(CultureInfo.InvariantCulture, $"{m.Moments / 1e9:F1} | ")
                    .Append(CultureInfo.InvariantCulture, $"{m.Activations / 1e9:F1} | {m.Head / 1e9:F1} | {m.Total / 1e9:F1} | {fits} |\n");
            }
        }
        string path = Repository.PathOf("docs", "plans.md");
        if (Environment.GetEnvironmentVariable(Variable) is not null) File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text.ToString());
    }

    private string Model(int index)
    {
        _folder.Write($"{index}/config.json", Models[index].Config);
        return _folder.File(index.ToString(CultureInfo.InvariantCulture));
    }

    private static string Config(string type, int hidden, int intermediate, int layers, int heads, int vocabulary) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"model_type\": \"{type}\", \"hidden_size\": {hidden}, \"intermediate_size\": {intermediate}, \"num_hidden_layers\": {layers}, ")
        + string.Create(CultureInfo.InvariantCulture, $"\"num_attention_heads\": {heads}, \"num_key_value_heads\": 8, \"vocab_size\": {vocabulary}, ")
        + "\"max_position_embeddings\": 8192, \"rms_norm_eps\": 1e-05, \"rope_theta\": 500000.0, \"hidden_act\": \"silu\", "
        + "\"tie_word_embeddings\": false, \"torch_dtype\": \"bfloat16\"}";
}
