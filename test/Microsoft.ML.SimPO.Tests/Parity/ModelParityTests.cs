using System.Text.Json;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class ModelParityTests
{
    public static TheoryData<GoldenCase> Cases => GoldenCases.Models("golden.json");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_gradients_are_those_of_Hugging_Face(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new ModelGolden(golden);
        CheckLogits(fixture);
        CheckScores(fixture);
        CheckGeneration(fixture);
        CheckSampling(fixture);
        foreach (bool sharePrefix in new[] { true, false })
            foreach (bool recompute in new[] { false, true })
                foreach (long budget in new[] { ResponseHead.DefaultBudget, 4 * 4L * fixture.Decoder.Architecture.VocabularySize }) // 4 rows of float32
                    CheckGradients(fixture, sharePrefix, recompute, budget);
    }

    private static void CheckLogits(ModelGolden fixture)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(fixture.Decoder.Architecture, TokenBatch.OfSequences(fixture.Sequences), CPU);
        Tensor normed = fixture.Decoder.FinalNorm.Forward(fixture.Decoder.Forward(pass)).Output;
        Differences.AssertClose("hidden_states", fixture.Tensors.Floats("hidden_states"), normed.data<float>().ToArray(), fixture.Tolerance("hidden_states"));
        if (fixture.LacksGradients && !fixture.Tensors.Has("logits")) return; // the log-probabilities say them
        Differences.AssertClose(
            "logits", fixture.Tensors.Floats("logits"), fixture.Decoder.Logits(normed).data<float>().ToArray(), fixture.Tolerance("logits"));
    }

    private static void CheckScores(ModelGolden fixture)
    {
        using DisposeScope scope = NewDisposeScope();
        PackedBatch batch = PackedBatch.Of(fixture.Pairs, fixture.Decoder.Architecture);
        using var pass = DecoderPass.Packed(fixture.Decoder.Architecture, batch.Tokens, CPU);
        float[] logps = TargetLogProbabilities.Compute(fixture.Decoder, fixture.Decoder.Forward(pass), batch.ScoredRows, batch.Targets).LogProbabilities;
        // Pair by pair as the case lists them; pairs that are the same were computed once.
        float[] byPair = [.. batch.Groups.OrderBy(g => g.Place).SelectMany(g => g.Answers).SelectMany(a => logps[a.Start..(a.Start + a.Count)])];
        Differences.AssertClose("pair.token_logps", fixture.Tensors.Floats("pair.token_logps"), byPair, fixture.Tolerance("pair.token_logps"));
    }

    private static void CheckGeneration(ModelGolden fixture)
    {
        int runs = fixture.Field("generate").GetArrayLength();
        int[][] prompts = [.. Enumerable.Range(0, runs).Select(i => fixture.Tensors.Integers($"generate.{i}.prompt_ids"))];
        int[][] expected = [.. Enumerable.Range(0, runs).Select(i => fixture.Tensors.Integers($"generate.{i}.ids"))];
        GenerationOptions UpTo(int tokens) => new() { MaxNewTokens = tokens };
        foreach (bool torchAlone in new[] { false, true })
        {
            var generator = new TokenGenerator(fixture.Decoder, []) { ThroughTorchAlone = torchAlone }; // the goldens do not stop
            int[][] together = generator.Generate(prompts, UpTo(expected.Max(ids => ids.Length)));
            for (int i = 0; i < prompts.Length; i++)
            {
                Assert.Equal(expected[i], generator.Generate([prompts[i]], UpTo(expected[i].Length))[0]);
                Assert.Equal(expected[i], together[i][..expected[i].Length]);
                Assert.Equal(expected[i], GreedyWithoutCache(fixture.Decoder, prompts[i], expected[i]));
            }
        }
    }

    /// <summary>The likeliest token behind the prompt and each beginning of the answer, every one a sequence of its own.</summary>
    private static int[] GreedyWithoutCache(Decoder decoder, int[] prompt, int[] answer)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch = TokenBatch.OfSequences([.. answer.Select((_, i) => (int[])[.. prompt, .. answer[..i]])]);
        using var pass = DecoderPass.Packed(decoder.Architecture, batch, CPU);
        Tensor last = tensor(batch.Segments.Select(s => (long)(s.Start + s.Rows - 1)).ToArray(), int64);
        Tensor logits = decoder.Logits(decoder.FinalNorm.Forward(decoder.Forward(pass).index_select(0, last)).Output);
        return [.. logits.argmax(1).data<long>().Select(id => (int)id)];
    }

    private static void CheckSampling(ModelGolden fixture)
    {
        JsonElement sample = fixture.Field("sample");
        var options = new GenerationOptions
        {
            Sample = true,
            RepetitionPenalty = sample.GetProperty("repetition_penalty").GetSingle(),
            Temperature = sample.GetProperty("temperature").GetSingle(),
            TopK = sample.GetProperty("top_k").GetInt32(),
            TopP = sample.GetProperty("top_p").GetSingle(),
        };
        float[] logits = fixture.Tensors.Floats("sample.logits"), probabilities = new float[logits.Length];
        new TokenSampler(options, 0).Penalize(logits, fixture.Tensors.Integers("sample.input_ids"));
        foreach ((int id, double probability) in new TokenDistribution(options).Probabilities(logits)) probabilities[id] = (float)probability;
        Differences.AssertClose("sample.probabilities", fixture.Tensors.Floats("sample.probabilities"), probabilities, 1e-6);
    }

    private static void CheckGradients(ModelGolden fixture, bool sharePrefix, bool recompute, long budget)
    {
        Decoder decoder = fixture.Decoder;
        foreach (Parameter parameter in decoder.Trainable)
        {
            parameter.Train();
            parameter.Gradient.zero_();
        }
        var loss = new SimPOLoss(fixture.Number("beta"), fixture.Number("gamma_beta_ratio"));
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, loss, budget), recompute, lookUpPadding: true);
        PackedBatch batch = PackedBatch.Of(fixture.Pairs, decoder.Architecture, sharePrefix ? PromptSharing.Batch : PromptSharing.None);
        GroupResult[] pairs = pass.Run(batch, new GroupContext(1.0 / fixture.Pairs.Count));

        string setting = $"shared {sharePrefix}, recompute {recompute}, budget {budget}: ";
        Differences.AssertClose(setting + "loss", fixture.Number("loss_float64"), pairs.Sum(p => p.Loss.Value), fixture.Tolerance("pair.loss"));
        float[] means = [.. pairs.SelectMany(p => new[] { (float)p.Score.Chosen.Mean, (float)p.Score.Rejected.Mean })];
        Differences.AssertClose(setting + "average_logps", fixture.Tensors.Floats("pair.average_logps"), means, fixture.Tolerance("pair.average_logps"));
        double tolerance = fixture.Tolerance("grad");
        int compared = 0;
        foreach (Parameter parameter in decoder.Trainable)
            foreach (ParameterPart part in decoder.Adapter is null ? parameter.Parts : LoraAdapter.PartsOf(parameter))
            {
                string name = decoder.Adapter is null ? part.Name : LoraAdapter.NameOf(parameter, part);
                if (fixture.LacksGradients && !fixture.Tensors.Has("grad." + name)) continue;
                using Tensor gradient = Parameter.View(parameter.Gradient, part);
                compared++;
                Differences.AssertClose(setting + name, fixture.Tensors.Floats("grad." + name), gradient.data<float>().ToArray(), tolerance);
            }
        Assert.InRange(compared, 1, int.MaxValue);
        double norm = Math.Sqrt(decoder.Trainable.Sum(p => Math.Pow(p.Gradient.norm().item<float>(), 2)));
        Differences.AssertClose(setting + "grad_norm", fixture.Number("grad_norm"), norm, fixture.GradientNormTolerance);
    }
}
