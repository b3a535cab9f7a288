using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A real chat model of 135 M parameters and real pairs, against what Hugging Face transformers and TRL make of them.
/// Needs <c>models/smollm2-135m-instruct</c> (in Hugging Face layout, with its goldens) and <c>data/dpo_en_demo.json</c> below the folder that
/// SIMPO_TEST_ASSETS names.
/// </summary>
public sealed class SmolLM2Tests : IDisposable
{
    private static readonly Lazy<PreferenceRow[]> Rows = new(() => [.. PreferenceReader.Read(TestAssets.Data("dpo_en_demo.json"))]);

    private readonly MLContext _context = new(seed: 1);
    private readonly string _folder = Path.Combine(Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "", "models", "smollm2-135m-instruct");
    private AlignmentTransformer? _model;

    /// <summary>Options of TRL's run.</summary>
    private SimPOTrainer.Options Options => new()
    {
        ModelPath = _folder,
        Beta = 2.5f,
        GammaBetaRatio = 0.5f,
        LearningRate = 5e-6,
        LearningRateScheduler = LearningRateScheduler.Constant,
        BatchSize = 4,
        Shuffle = false,
    };

    private AlignmentTransformer Model => _model ??= _context.Alignment.LoadModel(_folder, Options);

    public void Dispose() => _model?.Dispose();

    [SkippableFact]
    public void Greedy_answers_are_those_of_transformers()
    {
        const double sure = 1e-3;
        JsonElement[] answers = Golden("greedy");
        int[][] written = new TokenGenerator(Model.Model.Decoder, Model.Model.StopTokens)
            .Generate([.. answers.Select(a => Ids(a, "prompt_ids"))], new GenerationOptions { MaxNewTokens = 40 });
        string[] texts = [.. Model.Generate(answers.Select(a => Text(a, "prompt")), new GenerationOptions { MaxNewTokens = 40 })];
        for (int i = 0; i < answers.Length; i++)
        {
            // Behind a step at which two tokens are as good as equal, anything may follow.
            double[] margins = [.. answers[i].GetProperty("margins").EnumerateArray().Select(m => m.GetDouble())];
            int compared = Array.FindIndex(margins, m => m <= sure) is var unsure and >= 0 ? unsure : margins.Length;
            Assert.True(compared > 4);
            Assert.Equal(Ids(answers[i], "generated_ids")[..compared], written[i][..compared]);
            if (compared == margins.Length) Assert.Equal(Text(answers[i], "text").Replace("<|im_end|>", "", StringComparison.Ordinal), texts[i]);
        }
    }

    /// <summary>Merged for the call, an adapter gives the tokens of a model that it was merged into for good, and those of the way through libtorch.</summary>
    [SkippableFact]
    public void Tokens_under_an_adapter_are_those_of_the_merged_weights()
    {
        int[][] prompts = [.. Golden("greedy").Take(2).Select(a => Ids(a, "prompt_ids"))];
        var options = new GenerationOptions { MaxNewTokens = 12 };
        using Decoder adapted = DecoderLoader.Load(_folder, CPU), merged = DecoderLoader.Load(_folder, CPU);
        int[][] plain = new TokenGenerator(merged, []).Generate(prompts, options);
        RandomAdapter.Attach(adapted, new AdapterConfig { Rank = 16, Alpha = 32, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) }, size: 0.01);
        RandomAdapter.MergeInto(merged, adapted);
        int[][] expected = new TokenGenerator(merged, []).Generate(prompts, options);
        Assert.NotEqual(plain, expected);
        Assert.Equal(expected, new TokenGenerator(adapted, []).Generate(prompts, options));
        Assert.Equal(expected, new TokenGenerator(adapted, []) { ThroughTorchAlone = true }.Generate(prompts, options));
    }

    [SkippableFact]
    public void Log_probabilities_of_pairs_are_those_of_transformers() => CompareLogProbabilities(Golden("pairs")[..6]);

    [SkippableFact]
    [Trait("Category", "Long")]
    public void Log_probabilities_of_all_pairs_are_those_of_transformers() => CompareLogProbabilities(Golden("pairs"));

    private void CompareLogProbabilities(JsonElement[] pairs)
    {
        ScoredPair[] scores = [.. _context.Data.CreateEnumerable<ScoredPair>(
            Model.Transform(View(pairs.Select(p => p.GetProperty("index").GetInt32()))), reuseRowObject: false, ignoreMissingColumns: true)];
        Assert.Equal(pairs.Length, scores.Length);
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.Equal(pairs[i].GetProperty("chosen_logp").GetDouble(), scores[i].ChosenReward / 2.5, 1e-4);
            Assert.Equal(pairs[i].GetProperty("rejected_logp").GetDouble(), scores[i].RejectedReward / 2.5, 1e-4);
        }
    }

    [SkippableFact]
    public void Loss_and_gradients_are_those_of_transformers()
    {
        JsonElement simpo = ReadFile("golden.json").GetProperty("simpo");
        using var tensors = new GoldenTensors(Path.Combine(_folder, "golden.safetensors"));
        Decoder decoder = Model.Model.Decoder;
        EncodedPrompt[] pairs = [.. Golden("pairs").Take(3).Select(Pair)];
        (double loss, double norm) = Gradients(decoder, pairs, lookUpPadding: true);
        Assert.Equal(simpo.GetProperty("loss").GetDouble(), loss, 1e-4);
        Assert.Equal(simpo.GetProperty("global_grad_norm").GetDouble(), norm, 1e-3 * norm);
        // Hugging Face gives look-ups of the padding token no gradient, which is what its single norms are of.
        Gradients(decoder, pairs, lookUpPadding: false);
        foreach ((Parameter parameter, ParameterPart part) in decoder.Parameters.SelectMany(p => p.Parts.Select(part => (p, part))))
        {
            using Tensor gradient = Parameter.View(parameter.Gradient, part);
            double expected = simpo.GetProperty("grad_norms").GetProperty(part.Name).GetDouble();
            using Tensor found = gradient.norm();
            Differences.AssertClose($"gradient norm of {part.Name}", expected, found.item<float>(), 1e-3 * expected);
            if (!tensors.Has("grad." + part.Name)) continue;
            float[] whole = tensors.Floats("grad." + part.Name);
            Differences.AssertClose($"gradient of {part.Name}", whole, gradient.data<float>().ToArray(), 1e-3 * whole.Max(Math.Abs));
        }
    }

    /// <summary>One of the five steps, for time; what updates do is tested with whole runs of small models.</summary>
    [SkippableFact]
    public void The_first_step_follows_TRLs_curve() => FollowCurve(Compatibility.Trl024, 1, 2e-5);

    /// <summary>Sound gradients differ from TRL's by what the padding token's look-ups give.</summary>
    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(Compatibility.None, 1e-3)]
    [InlineData(Compatibility.Trl024, 2e-5)]
    public void All_steps_follow_TRLs_curve(Compatibility compatibility, double tolerance) => FollowCurve(compatibility, 5, tolerance);

    /// <summary>Through the public API. TRL was given rendered prompts and bare answers, to which it adds EOS.</summary>
    private void FollowCurve(Compatibility compatibility, int count, double tolerance)
    {
        JsonElement curve = ReadFile("trl-curve.json");
        SimPOTrainer.Options options = Options;
        (options.Compatibility, options.Epochs, options.ApplyChatTemplate) = (compatibility, count / 5.0, compatibility == Compatibility.None);
        int[] rows = Ids(curve, "pair_indices");
        IDataView data = compatibility == Compatibility.None ? View(rows) : _context.Data.LoadFromEnumerable(rows.Select(i => Rendered(Rows.Value[i])));
        using AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(options).Fit(data);
        Assert.Equal(count, tuned.TrainingRun.Steps.Count);
        CheckCurve(curve, tuned.TrainingRun.Steps, tolerance);
    }

    private TextPair Rendered(PreferenceRow row) => new()
    {
        Prompt = Model.Model.Template!.Render(ConversationText.Parse(row.Prompt).Messages, addGenerationPrompt: true),
        Chosen = row.Chosen,
        Rejected = row.Rejected,
    };

    private static void CheckCurve(JsonElement curve, IReadOnlyList<TrainingProgress> steps, double normTolerance)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            JsonElement expected = curve.GetProperty("steps")[i];
            double Field(string name) => expected.GetProperty(name).GetDouble();
            Differences.AssertClose($"loss of step {i + 1}", Field("loss"), steps[i].Loss, 2e-4);
            Differences.AssertClose($"gradient norm of step {i + 1}", Field("grad_norm"), steps[i].GradientNorm, normTolerance * Field("grad_norm"));
            Differences.AssertClose($"margin of step {i + 1}", Field("rewards/margins"), steps[i].Margin, 1e-3);
            Differences.AssertClose($"accuracy of step {i + 1}", Field("rewards/accuracies"), steps[i].Accuracy, 1e-6);
        }
    }

    private static (double Loss, double Norm) Gradients(Decoder decoder, EncodedPrompt[] pairs, bool lookUpPadding)
    {
        foreach (Parameter parameter in decoder.Parameters)
        {
            parameter.Train();
            parameter.Gradient.zero_();
        }
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, new SimPOLoss(2.5, 0.5)), recompute: false, lookUpPadding);
        double loss = pass.Run(PackedBatch.Of([.. pairs.Select((p, i) => (i, p))], decoder.Architecture), new GroupContext(1.0 / pairs.Length))
            .Sum(p => p.Loss.Value);
        using DisposeScope scope = NewDisposeScope();
        return (loss, Math.Sqrt(decoder.Parameters.Sum(p => Math.Pow(p.Gradient.norm().item<float>(), 2))));
    }

    private IDataView View(IEnumerable<int> rows) =>
        _context.Data.LoadFromEnumerable(
            rows.Select(i => Rows.Value[i]).Select(r => new TextPair { Prompt = r.Prompt, Chosen = r.Chosen, Rejected = r.Rejected }));

    private static EncodedPrompt Pair(JsonElement golden)
    {
        int[] prompt = Ids(golden, "prompt_ids");
        return EncodedPrompt.Pair([.. prompt, .. Ids(golden, "chosen_ids")], prompt.Length, [.. prompt, .. Ids(golden, "rejected_ids")], prompt.Length);
    }

    private JsonElement[] Golden(string name) => [.. ReadFile("golden.json").GetProperty(name).EnumerateArray()];

    private JsonElement ReadFile(string name)
    {
        string path = Path.Combine(_folder, name);
        Skip.IfNot(File.Exists(path) && File.Exists(Path.Combine(_folder, "config.json")),
            $"needs models/smollm2-135m-instruct with config.json and {name} below the folder that SIMPO_TEST_ASSETS names");
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
    }

    private static int[] Ids(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
