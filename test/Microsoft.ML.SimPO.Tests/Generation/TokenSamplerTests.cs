namespace Microsoft.ML.SimPO.Generation;

public class TokenSamplerTests
{
    [Fact]
    public void Greedy_takes_the_first_of_the_likeliest() =>
        Assert.Equal(1, new TokenSampler(new GenerationOptions(), 0).Next([1f, 3f, 3f, 2f], []));

    [Fact]
    public void The_likeliest_is_found_where_denormals_are_flushed()
    {
        float[] logits = [.. Enumerable.Range(0, 1000).Select(i => i == 777 ? 2f : i % 7 * 0.1f)];
        Assert.Equal(777, Native.ComputeThread.Run("test", () => new TokenSampler(new GenerationOptions(), 0).Next(logits, [])));
        Assert.Equal(777, Native.ComputeThread.Run("test", () => new TokenSampler(new GenerationOptions { Sample = true, TopK = 1 }, 0).Next(logits, [])));
    }

    /// <summary>4 / 2 = 2 and -1 * 2 = -2; each once although token 0 occurred twice; tokens that did not occur stay.</summary>
    [Fact]
    public void A_repetition_penalty_divides_positive_and_multiplies_negative_logits()
    {
        float[] logits = [4, -1, 3, -3];
        new TokenSampler(new GenerationOptions { RepetitionPenalty = 2 }, 0).Penalize(logits, [0, 1, 0]);
        Assert.Equal([2, -2, 3, -3], logits);
        Assert.Equal(2, new TokenSampler(new GenerationOptions { RepetitionPenalty = 2 }, 0).Next([4, -1, 3, -3], [0, 1, 0]));
    }

    [Fact]
    public void A_penalty_follows_the_tokens_that_are_added()
    {
        var sampler = new TokenSampler(new GenerationOptions { RepetitionPenalty = 2 }, 0);
        List<int> ids = [0];
        Assert.Equal(2, sampler.Next([4, -1, 3, -3], ids)); // 2, -1, 3, -3
        ids.Add(2);
        Assert.Equal(0, sampler.Next([4, -1, 3, -3], ids)); // 2, -1, 1.5, -3
    }

    /// <summary>5 6 was followed by 7 and, later, by 8: after 5 6 neither may come. 6 alone was followed by 7, 8 too.</summary>
    [Theory]
    [InlineData(3, new[] { 7, 8 })]
    [InlineData(2, new[] { 7, 8 })]
    [InlineData(4, new int[0])]
    [InlineData(1, new[] { 5, 6, 7, 8 })]
    [InlineData(0, new int[0])]
    public void No_n_gram_comes_twice(int size, int[] banned)
    {
        float[] logits = new float[10];
        new TokenSampler(new GenerationOptions { NoRepeatNgramSize = size }, 0).BanRepeats(logits, [5, 6, 7, 5, 6, 8, 5, 6]);
        Assert.Equal(banned, Enumerable.Range(0, 10).Where(id => float.IsNegativeInfinity(logits[id])));
    }

    [Fact]
    public void A_least_length_puts_off_the_tokens_that_end()
    {
        var sampler = new TokenSampler(new GenerationOptions { MinNewTokens = 2 }, 0, [1]);
        Assert.Equal(2, sampler.Next([1f, 3f, 2f], [], newTokens: 1));
        Assert.Equal(1, sampler.Next([1f, 3f, 2f], [], newTokens: 2));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_are_an_error(float broken) => Assert.Equal(
        "The model's logits are not finite numbers: its weights are damaged, or its training diverged. Train with a smaller `LearningRate`.",
        Assert.Throws<InvalidOperationException>(() => new TokenSampler(new GenerationOptions { Sample = true }, 0).Next([1f, broken, 2f], [])).Message);

    [Fact]
    public void Draws_follow_the_probabilities_and_the_seed()
    {
        const int draws = 20000;
        float[] logits = [MathF.Log(0.1f), MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.3f)];
        var options = new GenerationOptions { Sample = true, Seed = 3 };
        int[] Draw(int index, GenerationOptions with)
        {
            var sampler = new TokenSampler(with, index);
            return [.. Enumerable.Range(0, draws).Select(_ => sampler.Next([.. logits], []))];
        }
        int[] tokens = Draw(0, options);
        // Four standard deviations of 20,000 draws are at most 0.0139.
        for (int id = 0; id < 4; id++) Assert.Equal(new[] { 0.1, 0.4, 0.2, 0.3 }[id], tokens.Count(t => t == id) / (double)draws, 0.0139);
        Assert.Equal(tokens, Draw(0, options));
        Assert.NotEqual(tokens, Draw(1, options));
        Assert.NotEqual(tokens, Draw(0, options with { Seed = 4 }));
    }
}
