using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

public class ModelDivergenceTests
{
    private static readonly EncodedPrompt[] Pairs = [.. RandomPairs.Make(3), RandomPairs.Corners()["answers of one token"]];

    /// <summary>Each answer goes through both models by itself, all its positions in double precision.</summary>
    [Fact]
    public void It_is_the_mean_over_the_tokens_of_all_answers_of_the_divergence_at_their_place()
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder model = RandomDecoder.Make(1, RandomDecoder.Ornate), start = RandomDecoder.Make(2, RandomDecoder.Ornate);
        double sum = 0;
        foreach (EncodedAnswer answer in Pairs.SelectMany(p => p.Answers))
        {
            Tensor p = LogProbabilities(model, answer), q = LogProbabilities(start, answer);
            sum += (p.exp() * (p - q)).sum().item<double>();
        }
        double expected = sum / Pairs.Sum(p => p.Answers.Sum(a => a.Length));
        Assert.True(expected > 0.01);
        Assert.Equal(expected, ModelDivergence.PerToken(model, start, Pairs, int.MaxValue, CancellationToken.None), 1e-5);
        Assert.Equal(expected, ModelDivergence.PerToken(model, start, Pairs, 1, CancellationToken.None), 1e-5);
        Assert.NotEqual(expected, ModelDivergence.PerToken(start, model, Pairs, 1, CancellationToken.None), 1e-3);
    }

    [Fact]
    public void A_model_has_gone_nowhere_from_itself()
    {
        using Decoder model = RandomDecoder.Make();
        Assert.Equal(0, ModelDivergence.PerToken(model, model, Pairs, 64, CancellationToken.None), 1e-9);
        Assert.True(double.IsNaN(ModelDivergence.PerToken(model, model, [], 64, CancellationToken.None)));
    }

    /// <returns>[tokens of the answer, vocabulary]</returns>
    private static Tensor LogProbabilities(Decoder decoder, EncodedAnswer answer)
    {
        using var pass = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([answer.Ids.Span.ToArray()]), CPU);
        Tensor rows = decoder.Forward(pass).narrow(0, answer.PromptLength - 1, answer.Length);
        return nn.functional.log_softmax(decoder.Logits(decoder.FinalNorm.Forward(rows).Output).to(float64), 1);
    }
}
