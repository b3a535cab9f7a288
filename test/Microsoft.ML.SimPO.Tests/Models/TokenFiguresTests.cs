using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class TokenFiguresTests
{
    /// <summary>More rows than stay in the cache at a time, so that there are several blocks, and logits far from 0.</summary>
    [Theory]
    [InlineData(3, 11, 0)]
    [InlineData(7, 100_000, 25)]
    public void Facts_of_rows_are_those_of_their_distributions(int rows, int vocabulary, float offset)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5, CPU);
        Tensor logits = (randn([rows, vocabulary], float32, CPU, generator: generator) * 3) + offset;
        Tensor top = logits.argmax(1, keepdim: true), targets = zeros([rows, 1], int64);
        targets[0] = top[0]; // the likeliest token of the first row alone
        targets[1] = (top[1] + 1) % vocabulary;
        Tensor log = nn.functional.log_softmax(logits.to(float64), 1);
        double[] entropies = [.. (-(log.exp() * log).sum(1)).data<double>()], means = [.. logits.to(float64).mean([1L]).data<double>()];
        double[] squares = [.. (log * 2).exp().sum(1).log().data<double>()], expected = [.. log.gather(1, targets).squeeze(1).data<double>()];
        float[] hits = [.. targets.eq(top).squeeze(1).to(float32).data<float>()];

        using Tensor again = logits.clone();
        TokenFigures plain = TokenFigures.OfLogits(logits.clone(), targets, default);
        TokenFigures alone = TokenFigures.OfLogits(again, targets, new WantedFigures(MeanLogits: true));
        TokenFigures found = TokenFigures.OfLogits(logits, targets, new WantedFigures(LogSquares: true, Distribution: true));
        Assert.Equal(plain.LogProbabilities, found.LogProbabilities);
        Assert.Equal(plain.LogProbabilities, alone.LogProbabilities);
        Assert.Equal(found.MeanLogits, alone.MeanLogits);
        Assert.Empty(alone.Entropies.Concat(alone.Hits).Concat(alone.LogSquares));
        Assert.Equal(logits.data<float>(), again.data<float>());
        Assert.Empty(plain.Entropies.Concat(plain.Hits).Concat(plain.MeanLogits).Concat(plain.LogSquares));
        Assert.Equal(hits, found.Hits);
        for (int i = 0; i < rows; i++)
        {
            Assert.Equal(expected[i], found.LogProbabilities[i], 1e-5);
            Assert.Equal(entropies[i], found.Entropies[i], 1e-5 * Math.Max(1, entropies[i]));
            Assert.Equal(means[i], found.MeanLogits[i], 2e-5);
            Assert.Equal(squares[i], found.LogSquares[i], 1e-4);
        }
        Assert.Equal(1, logits.sum(1)[0].item<float>(), 1e-4f); // probabilities stand where the logits were
    }
}
