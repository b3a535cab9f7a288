namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The sample as it stands, on few rows.</summary>
public sealed class CompareMethodsTests
{
    [Fact]
    public async Task Every_method_has_its_row_and_its_judgement()
    {
        using var folder = new TemporaryFolder();
        ChildProgram run = await ChildProgram.Run(ChildProgram.CompareMethods, folder.Path, null, "24");
        Assert.True(run.ExitCode == 0, run.Error);
        foreach (string method in new[] { "SimPO", "AlphaPO", "DPO", "R-DPO", "IPO", "CPO", "ORPO", "SLiC-HF", "RRHF", "KTO", "SFT" })
        {
            Assert.Matches($@"(?m)^{method} +\d+\.\d{{4}} ", run.Output);
            Assert.Matches($@"(?m)^{method} +preferred style +\d+ ?%  facts kept +\d+ ?%", run.Output);
        }
    }
}
