namespace Microsoft.ML.SimPO.Generation;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [MathF.Log(0.1f), MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.3f)];

    [Fact]
    public void Greedy_takes_the_first_of_the_likeliest() =>
        Assert.Equal(1, new TokenSampler(new GenerationOptions(), 0).Next([1f, 3f, 3f, 2f], []));

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
    public void Probabilities_come_likeliest_first() => Check(new GenerationOptions(), (1, 0.4), (3, 0.3), (2, 0.2), (0, 0.1));

    /// <summary>Halving the temperature squares the odds: 1, 16, 4, 9 of 30.</summary>
    [Fact]
    public void Temperature_sharpens() => Check(new GenerationOptions { Temperature = 0.5f }, (1, 16 / 30.0), (3, 9 / 30.0), (2, 4 / 30.0), (0, 1 / 30.0));

    [Fact]
    public void Top_k_keeps_the_k_likeliest() => Check(new GenerationOptions { TopK = 2 }, (1, 4 / 7.0), (3, 3 / 7.0));

    /// <summary>0.4 and 0.7 are below 0.75, so the third is still let in.</summary>
    [Theory]
    [InlineData(0.75f, 3)]
    [InlineData(0.65f, 2)]
    [InlineData(0.01f, 1)]
    [InlineData(1f, 4)]
    public void Top_p_keeps_tokens_while_the_mass_before_them_is_below(float topP, int count) =>
        Assert.Equal(count, new TokenSampler(new GenerationOptions { TopP = topP }, 0).Probabilities(Logits).Count);

    /// <summary>0.6 of 0.4 is 0.24.</summary>
    [Fact]
    public void Min_p_is_a_share_of_the_likeliest() => Check(new GenerationOptions { MinP = 0.6f }, (1, 4 / 7.0), (3, 3 / 7.0));

    [Fact]
    public void Draws_follow_the_probabilities_and_the_seed()
    {
        const int draws = 20000;
        var options = new GenerationOptions { Sample = true, Seed = 3 };
        int[] Draw(int index, GenerationOptions with)
        {
            var sampler = new TokenSampler(with, index);
            return [.. Enumerable.Range(0, draws).Select(_ => sampler.Next([.. Logits], []))];
        }
        int[] tokens = Draw(0, options);
        // Four standard deviations of 20,000 draws are at most 0.0139.
        for (int id = 0; id < 4; id++) Assert.Equal(new[] { 0.1, 0.4, 0.2, 0.3 }[id], tokens.Count(t => t == id) / (double)draws, 0.0139);
        Assert.Equal(tokens, Draw(0, options));
        Assert.NotEqual(tokens, Draw(1, options));
        Assert.NotEqual(tokens, Draw(0, options with { Seed = 4 }));
    }

    private static void Check(GenerationOptions options, params (int Id, double Probability)[] expected)
    {
        List<(int Id, double Probability)> found = new TokenSampler(options, 0).Probabilities(Logits);
        Assert.Equal(expected.Select(e => e.Id), found.Select(f => f.Id));
        foreach ((double want, double got) in expected.Select(e => e.Probability).Zip(found.Select(f => f.Probability))) Assert.Equal(want, got, 1e-6);
    }
}
