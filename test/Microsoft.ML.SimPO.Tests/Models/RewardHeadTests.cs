using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public sealed class RewardHeadTests
{
    [Theory]
    [InlineData(new[] { 5, 6, 7 }, 0, 2)]
    [InlineData(new[] { 5, 0, 7, 0, 0 }, 0, 2)]
    [InlineData(new[] { 0, 0, 7 }, 0, 2)]
    [InlineData(new[] { 0, 0, 0 }, 0, 0)]
    [InlineData(new[] { 5, 0, 0 }, null, 2)]
    [InlineData(new[] { 5, 6, 96 }, -1, 2)]
    public void A_text_is_read_at_its_last_token_that_is_no_padding(int[] ids, int? padding, int position) =>
        Assert.Equal(position, new RewardHead(padding).PositionIn(ids));

    /// <summary>Two answers of padding are read where their prompt ends: at one and the same row.</summary>
    [Fact]
    public void One_row_an_answer_is_scored_wherever_it_stands()
    {
        PackedBatch batch = PackedBatch.Of(
            [(0, EncodedPrompt.Pair([10, 11, 12, 20, 21], 3, [10, 11, 12, 30, 0], 3)), (1, EncodedPrompt.Pair([4, 5, 0], 2, [4, 5, 0, 0], 2))],
            RandomDecoder.Rating, scored: ScoredTokens.Ends);
        Assert.Equal([10, 11, 12, 20, 21, 30, 0, 4, 5, 0, 0, 0], batch.Tokens.Ids);
        Assert.Equal([4, 5, 8, 8], batch.ScoredRows);
        Assert.Equal([21, 30, 5, 5], batch.Targets);
        Assert.Equal([new ScoredSpan(0, 1), new ScoredSpan(1, 1), new ScoredSpan(2, 1), new ScoredSpan(3, 1)], batch.Groups.SelectMany(g => g.Answers));
    }

    /// <summary>The derivative of a reward by each weight of the head is the hidden state there; by hand, and by a difference.</summary>
    [Fact]
    public void Gradients_of_the_head_are_the_normed_states_that_it_read()
    {
        using Decoder decoder = RandomDecoder.Make(3, RandomDecoder.Rating);
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        EncodedPrompt pair = EncodedPrompt.Pair([10, 11, 12, 20, 21], 3, [10, 11, 12, 30], 3);
        using (var pass = new GradientPass(decoder, new ResponseHead(decoder, new RewardLoss(0)), recompute: false))
            pass.Run(PackedBatch.Of([(0, pair)], decoder.Architecture, scored: ScoredTokens.Ends), new GroupContext(1));
        GroupScore score = Score(decoder, pair);
        using DisposeScope scope = NewDisposeScope();
        using var forward = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([[.. pair.Chosen.Ids], [.. pair.Rejected.Ids]]), CPU);
        Tensor normed = decoder.FinalNorm.Forward(decoder.Forward(forward)).Output;
        double slope = -Logistic.Of(score.Rejected.Sum - score.Chosen.Sum);
        float[] expected = ((normed[4] - normed[8]) * slope).data<float>().ToArray();
        float[] found = decoder.Head.Gradient.data<float>().ToArray();
        Assert.All(expected.Zip(found), g => Assert.Equal(g.First, g.Second, 1e-6f));

        const float h = 1e-2f;
        double Loss(float change)
        {
            decoder.FinalNorm.Weight!.Value[7].add_(change);
            double loss = new RewardLoss(0).Evaluate(Score(decoder, pair), new GroupContext(1)).Value;
            decoder.FinalNorm.Weight!.Value[7].sub_(change);
            return loss;
        }
        Assert.Equal((Loss(h) - Loss(-h)) / (2 * h), decoder.FinalNorm.Weight!.Gradient[7].item<float>(), 1e-4);
    }

    /// <summary>What CUDA does, on the CPU.</summary>
    [Fact]
    public void Bfloat16_comes_close_to_float32()
    {
        using Decoder decoder = RandomDecoder.Make(3, RandomDecoder.Rating);
        EncodedPrompt pair = EncodedPrompt.Pair([10, 11, 12, 20, 21], 3, [10, 11, 12, 30], 3);
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        (double Reward, float[] Gradient) Run()
        {
            decoder.Head.Gradient.zero_();
            using var pass = new GradientPass(decoder, new ResponseHead(decoder, new RewardLoss(0.1)), recompute: true);
            GroupResult result = pass.Run(PackedBatch.Of([(0, pair)], decoder.Architecture, scored: ScoredTokens.Ends), new GroupContext(1))[0];
            return (result.Score.Chosen.Sum, decoder.Head.Gradient.data<float>().ToArray());
        }
        (double exact, float[] gradient) = Run();
        decoder.ComputeIn(bfloat16);
        (double rounded, float[] other) = Run();
        Assert.NotEqual(exact, rounded);
        Assert.Equal(exact, rounded, 0.03 * Math.Max(1, Math.Abs(exact)));
        double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
        Assert.InRange(Dot(gradient, other) / Math.Sqrt(Dot(gradient, gradient) * Dot(other, other)), 0.99, 1);
    }

    /// <summary>A head of zeros says 0; the layers are in memory once, and trained apart.</summary>
    [Fact]
    public void A_reward_model_over_a_language_model_shares_its_layers_and_changes_nothing_of_it()
    {
        long before = LiveTensors.CountWithoutGarbage();
        EncodedPrompt pair = EncodedPrompt.Pair([10, 11, 12, 20, 21], 3, [10, 11, 12, 30], 3);
        using (Decoder language = RandomDecoder.Make(4, RandomDecoder.Ornate))
        {
            double untouched = new GroupScorer(language).Score([pair])[0].Chosen.Sum;
            using (Decoder rating = language.WithRewardHead(new RewardHead(0)))
            {
                Assert.Equal(language.Layers[0].Parameters.QueryKeyValue.Value.Handle, rating.Layers[0].Parameters.QueryKeyValue.Value.Handle);
                Assert.NotEqual(language.FinalNorm.Weight!.Value.Handle, rating.FinalNorm.Weight!.Value.Handle);
                Assert.Equal(language.FinalNorm.Weight!.Value.data<float>(), rating.FinalNorm.Weight!.Value.data<float>());
                Assert.Equal((0.0, 0.0), (Score(rating, pair).Chosen.Sum, Score(rating, pair).Rejected.Sum));
                foreach (Parameter parameter in rating.Trainable) parameter.Train();
                foreach (Parameter parameter in rating.Trainable) parameter.Value.add_(0.1f);
                Assert.NotEqual(0, Score(rating, pair).Chosen.Sum);
            }
            Assert.Equal(untouched, new GroupScorer(language).Score([pair])[0].Chosen.Sum);
        }
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void A_model_of_the_other_kind_is_told_apart_where_texts_are_laid_out()
    {
        EncodedPrompt pair = EncodedPrompt.Pair([1, 2, 3], 2, [1, 2, 4], 2);
        using Decoder language = RandomDecoder.Make(), rating = RandomDecoder.Make(1, RandomDecoder.Rating);
        Assert.Equal("The model is a language model, which rates no texts.",
            Assert.Throws<InvalidOperationException>(() => new GroupScorer(language, new ModelReward()).Score([pair])).Message);
        Assert.Equal("The model is a reward model, which has no log-probabilities.",
            Assert.Throws<InvalidOperationException>(() => new GroupScorer(rating).Score([pair])).Message);
    }

    [Fact]
    public void A_folder_that_says_it_is_a_reward_model_and_has_no_head_is_refused()
    {
        using var folder = new TempFolder();
        File.Copy(Path.Combine(QuickStartFiles.Model, "model.safetensors"), folder.File("model.safetensors"));
        File.WriteAllBytes(
            folder.File("config.json"), Families.RewardConfig.Of(ModelFiles.Read(QuickStartFiles.Model, ["config.json"]), new RewardHead(null)).Content);
        Assert.Equal(
            $"'{folder.File("model.safetensors")}' holds no 'score.weight', but is a reward model by config.json (architectures: "
                + "...ForSequenceClassification). To make one of a language model, tune that with `Trainers.Reward`.",
            Assert.Throws<InvalidDataException>(() => DecoderLoader.Load(folder.Path, CPU)).Message);
    }

    private static GroupScore Score(Decoder decoder, EncodedPrompt pair) => new GroupScorer(decoder, new ModelReward()).Score([pair])[0];
}
