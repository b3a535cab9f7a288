using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The sample as it stands: a model that learns from its own answers.</summary>
public sealed class SelfImproveTests
{
    private static readonly Regex Shown = new(@"(?m)^(before|after round \d): preferred style (\d+\.\d) ?%, right facts (\d+\.\d) ?%\r?$");

    [Fact]
    public async Task Each_round_makes_pairs_and_learns_from_them()
    {
        (double Style, double Facts)[] shown = await Run("64");
        Assert.Equal(3, shown.Length);
        Assert.True(shown[2].Style > shown[0].Style, $"from {shown[0].Style} to {shown[2].Style}");
    }

    /// <summary>From about a half to nearly all answers in the preferred style, with their facts, without a line of preference data.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task Two_rounds_make_nearly_all_answers_preferred_ones_and_keep_their_facts()
    {
        (double Style, double Facts)[] shown = await Run();
        Assert.InRange(shown[0].Style, 40, 60);
        Assert.InRange(shown[2].Style, 90, 100);
        Assert.InRange(shown[2].Facts, shown[0].Facts - 5, 100);
    }

    private static async Task<(double Style, double Facts)[]> Run(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        ChildProgram run = await ChildProgram.Run(ChildProgram.SelfImprove, folder.Path, null, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"(?m)^round 2: \d+ pairs of \d+ prompts; ", run.Output);
        return [.. Shown.Matches(run.Output).Select(m => (Number(m.Groups[2].Value), Number(m.Groups[3].Value)))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
