namespace Microsoft.ML.SimPO.Checkpoints;

public class ModulePatternTests
{
    [Theory]
    [InlineData(@".*\.(?P<part>q_proj|v_proj)", "model.layers.0.self_attn.q_proj", true)]
    [InlineData(@".*\.(?P<part>q_proj|v_proj)", "model.layers.0.self_attn.k_proj", false)]
    [InlineData(@"(?P<x>a+)\.(?P=x)", "aa.aa", true)]
    [InlineData(@"(?P<x>a+)\.(?P=x)", "aa.a", false)]
    [InlineData(@"[(?P<]+", "(?P<", true)]
    [InlineData(@"\(?P<", "(P<", true)]
    public void Names_of_groups_as_Python_writes_them_are_understood(string pattern, string name, bool matches) =>
        Assert.Equal(matches, ModulePattern.Whole(pattern).IsMatch(name));
}
