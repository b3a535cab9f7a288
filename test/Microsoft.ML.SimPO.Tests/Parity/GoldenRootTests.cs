namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class GoldenRootTests(GoldenCounts counts) : IClassFixture<GoldenCounts>
{
    [Fact]
    public void Every_root_that_is_named_holds_cases()
    {
        foreach ((string root, int count) in counts.ByRoot)
            if (root != GoldenCases.OwnRoot || GoldenCases.NamedRoots.Count == 0) // another root may hold all of the project's own
                Assert.True(count > 0, $"'{root}', which SIMPO_GOLDENS names, holds no cases. It needs folders such as models/ or tokenizers/ with cases in them.");
    }

    /// <summary>Cases of the project's own that another root holds run once: but only if no byte of them differs.</summary>
    [Fact]
    public void A_copy_of_a_case_has_every_file_with_the_same_bytes()
    {
        using var folder = new Data.TemporaryFolder();
        folder.Write("own/case/part/log.jsonl", "{}");
        string own = Path.Combine(folder.Path, "own", "case"), copies = Path.Combine(folder.Path, "copies");
        Assert.False(GoldenCases.IsIn(copies, own));
        folder.Write("copies/case/more", "beside it");
        folder.Write("copies/case/part/log.jsonl", "[]");
        Assert.False(GoldenCases.IsIn(copies, own));
        folder.Write("copies/case/part/log.jsonl", "{}");
        Assert.True(GoldenCases.IsIn(copies, own));
    }
}
