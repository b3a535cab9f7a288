namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class AdapterTargetsTests
{
    private static readonly string[] Layers =
    [
        "model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj", "model.layers.0.mlp.up_proj", "model.layers.1.self_attn.q_proj", "lm_head",
    ];

    [Fact]
    public void A_name_means_the_layer_or_every_layer_that_ends_in_it()
    {
        Assert.Equal([Layers[0], Layers[3]], AdapterTargets.ByName(["q_proj"]).Select(Layers));
        Assert.Equal([Layers[0], Layers[1], Layers[3]], AdapterTargets.ByName(["self_attn.q_proj", "v_proj", "absent"]).Select(Layers));
        Assert.Equal([Layers[4]], AdapterTargets.ByName(["lm_head"]).Select(Layers));
        Assert.Equal([Layers[3]], AdapterTargets.ByName([Layers[3]]).Select(Layers));
    }

    [Fact]
    public void All_linear_means_all_but_the_head() =>
        Assert.Equal(Layers[..4], AdapterTargets.Parse("all-linear").Select(Layers));

    [Theory]
    [InlineData(@".*\.0\..*_proj", new[] { 0, 1, 2 })]
    [InlineData(@"model\.layers\.\d+\.self_attn\.(q|v)_proj", new[] { 0, 1, 3 })]
    [InlineData(@".*(?<!v)_proj", new[] { 0, 2, 3 })]
    [InlineData("lm_head|x", new[] { 4 })]
    public void A_pattern_must_match_the_whole_name(string pattern, int[] expected) =>
        Assert.Equal(expected.Select(i => Layers[i]), AdapterTargets.Parse(pattern).Select(Layers));

    [Fact]
    public void Targets_that_mean_no_layer_are_an_error()
    {
        Assert.Equal("The target modules 'proj', 'c_attn' are none of the model's linear layers.",
            Assert.Throws<InvalidDataException>(() => AdapterTargets.ByName(["proj", "c_attn"]).Select(Layers)).Message);
        Assert.Equal("The target modules 'q_proj' are none of the model's linear layers.",
            Assert.Throws<InvalidDataException>(() => AdapterTargets.Parse("q_proj").Select(Layers)).Message);
    }

    /// <summary>
    /// Tried one by one these would be 2^60 ways to part the name, which no machine ends: the first pattern matches without backtracking, the second gives up.
    /// </summary>
    [Theory]
    [InlineData("(a+)+b", "The target modules '(a+)+b' are none of the model's linear layers.")]
    [InlineData("(?=a)(a+)+b", "The pattern of target modules '(?=a)(a+)+b' takes too long to match. Give names instead.")]
    public void A_hostile_pattern_ends(string pattern, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => AdapterTargets.Parse(pattern).Select([new string('a', 60) + "bc"])).Message);
}
