namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class GoldenRootTests(GoldenCounts counts) : IClassFixture<GoldenCounts>
{
    [Fact]
    public void Every_root_that_is_named_holds_cases()
    {
        foreach ((string root, int count) in counts.ByRoot)
            Assert.True(count > 0, $"'{root}', which SIMPO_GOLDENS names, holds no cases. It needs folders such as models/ or tokenizers/ with cases in them.");
    }
}
