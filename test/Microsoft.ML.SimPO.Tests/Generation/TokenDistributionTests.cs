namespace Microsoft.ML.SimPO.Generation;

public class TokenDistributionTests
{
    private static readonly float[] Logits = [MathF.Log(0.1f), MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.3f)];

    [Fact]
    public void Without_limits_they_are_the_softmax() => Check(new GenerationOptions(), Logits, (0, 0.1), (1, 0.4), (2, 0.2), (3, 0.3));

    /// <summary>Halving the temperature squares the odds: 1, 16, 4, 9 of 30.</summary>
    [Fact]
    public void Temperature_sharpens() =>
        Check(new GenerationOptions { Temperature = 0.5f }, Logits, (0, 1 / 30.0), (1, 16 / 30.0), (2, 4 / 30.0), (3, 9 / 30.0));

    [Fact]
    public void Top_k_keeps_the_k_likeliest() => Check(new GenerationOptions { TopK = 2 }, Logits, (1, 4 / 7.0), (3, 3 / 7.0));

    /// <summary>Hugging Face removes what is below the k-th: tokens that are as likely as it stay.</summary>
    [Fact]
    public void Top_k_keeps_ties_of_the_last() => Check(new GenerationOptions { TopK = 2 }, [1f, 2f, 1f, 1f, 0f], (0, 1 / (3 + Math.E)),
        (1, Math.E / (3 + Math.E)), (2, 1 / (3 + Math.E)), (3, 1 / (3 + Math.E)));

    /// <summary>0.4 and 0.7 are below 0.75, so the third is still let in.</summary>
    [Theory]
    [InlineData(0.75f, 3)]
    [InlineData(0.65f, 2)]
    [InlineData(0.01f, 1)]
    [InlineData(1f, 4)]
    public void Top_p_keeps_tokens_while_the_mass_before_them_is_below(float topP, int count) =>
        Assert.Equal(count, new TokenDistribution(new GenerationOptions { TopP = topP }).Probabilities(Logits).Count);

    /// <summary>Of 0.4, 0.3, 0.2 the first two have 7/9 of the mass: above 0.75, so that top-p after top-k ends there; alone it would go on.</summary>
    [Fact]
    public void Top_p_is_of_what_top_k_leaves() => Check(new GenerationOptions { TopK = 3, TopP = 0.75f }, Logits, (1, 4 / 7.0), (3, 3 / 7.0));

    /// <summary>0.6 of 0.4 is 0.24.</summary>
    [Fact]
    public void Min_p_is_a_share_of_the_likeliest() => Check(new GenerationOptions { MinP = 0.6f }, Logits, (1, 4 / 7.0), (3, 3 / 7.0));

    [Fact]
    public void Tokens_that_were_banned_are_out() =>
        Check(new GenerationOptions { TopK = 2, TopP = 0.99f }, [1f, float.NegativeInfinity, 1f, float.NegativeInfinity], (0, 0.5), (2, 0.5));

    /// <summary>What float32 cannot hold of logit / temperature is not drawn from: the likeliest token, the first of several, has all of it.</summary>
    [Theory]
    [InlineData(1e-38f)]
    [InlineData(1e-40f)]
    [InlineData(float.Epsilon)]
    public void A_temperature_near_0_is_greedy(float temperature)
    {
        var options = new GenerationOptions { Temperature = temperature, TopK = 3, TopP = 0.9f };
        foreach (float[] logits in new float[][] { [1, 8, 7.999f, 8], [-1, -0.5f, -0.75f, -90], [0, 0, -1, -2], [3e-39f, 2, 1, 0] })
        {
            int likeliest = Array.IndexOf(logits, logits.Max());
            Check(options, logits, (likeliest, 1));
            foreach (double draw in new[] { 0, 0.5, 0.999999 }) Assert.Equal(likeliest, new TokenDistribution(options).Draw(logits, logits.Max(), draw));
        }
    }

    /// <summary>Threads that compute flush denormals: the limit may become 0 there.</summary>
    [Theory]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    public void A_top_p_near_0_is_greedy(float topP) => Native.ComputeThread.Run("test", () =>
    {
        foreach (double draw in new[] { 0, 0.5, 0.999999 })
            Assert.Equal(1, new TokenDistribution(new GenerationOptions { TopP = topP }).Draw(Logits, Logits.Max(), draw));
        return true;
    });

    /// <summary>Against sorting all of a large vocabulary, with logits that share buckets and some that are far away.</summary>
    [Theory]
    [InlineData(50, 1f, 0f, 1f)]
    [InlineData(0, 0.9f, 0f, 1f)]
    [InlineData(0, 0.999f, 0f, 2f)]
    [InlineData(5000, 0.95f, 0.01f, 0.7f)]
    [InlineData(0, 1f, 0.05f, 1f)]
    public void Limits_are_those_that_sorting_finds(int topK, float topP, float minP, float temperature)
    {
        var random = new Random(7);
        float[] logits = [.. Enumerable.Range(0, 30000).Select(i => i % 1000 == 0 ? -100f : (float)Math.Round(random.NextDouble() * 12, 3))];
        List<(int Id, double Probability)> found =
            new TokenDistribution(new GenerationOptions { TopK = topK, TopP = topP, MinP = minP, Temperature = temperature }).Probabilities(logits);

        (int Id, float Scaled)[] sorted = [.. logits.Select((l, id) => (id, l / temperature)).OrderByDescending(l => l.Item2).ThenBy(l => l.id)];
        if (topK > 0) sorted = [.. sorted.TakeWhile(l => l.Scaled >= sorted[topK - 1].Scaled)];
        double[] weights = [.. sorted.Select(l => Math.Exp(l.Scaled - sorted[0].Scaled))];
        double sum = weights.Sum(), before = 0;
        List<(int Id, double Weight)> left = [];
        for (int i = 0; i < sorted.Length; before += weights[i++])
            if ((topP >= 1 || before < topP * sum) && weights[i] >= minP) left.Add((sorted[i].Id, weights[i]));
        // At the edge of top-p, where mass is compared, float32's rounding may let one token more or less in.
        Assert.Equal(left.Count, found.Count, 1.0);
        Dictionary<int, double> expected = left.ToDictionary(l => l.Id, l => l.Weight / left.Sum(e => e.Weight));
        Assert.All(found.Take(found.Count - 1), f => Assert.Equal(expected.GetValueOrDefault(f.Id, f.Probability), f.Probability, 1e-6));
        Assert.True(found.Count(f => !expected.ContainsKey(f.Id)) <= 1);
    }

    private static void Check(GenerationOptions options, float[] logits, params (int Id, double Probability)[] expected)
    {
        List<(int Id, double Probability)> found = new TokenDistribution(options).Probabilities(logits);
        Assert.Equal(expected.Select(e => e.Id), found.Select(f => f.Id));
        foreach ((double want, double got) in expected.Select(e => e.Probability).Zip(found.Select(f => f.Probability))) Assert.Equal(want, got, 1e-6);
    }
}
