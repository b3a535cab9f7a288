using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Changed models, zips, adapters, folders of runs and recipes are used, or refused with an error that is documented; the process lives, and none takes much
/// memory or time.
/// </summary>
public sealed class HostileModelsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("models", 100, 1)]
    [InlineData("zips", 200, 1)]
    [InlineData("adapters", 20, 1)]
    [InlineData("runs", 15, 1)]
    [InlineData("recipes", 200, 1)]
    public void Changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("models", 5000, 2)]
    [InlineData("zips", 5000, 2)]
    [InlineData("adapters", 1000, 2)]
    [InlineData("runs", 500, 2)]
    [InlineData("recipes", 5000, 2)]
    public void Thousands_of_changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    /// <param name="every">A few of them; each is as large as a file may be.</param>
    [Theory]
    [InlineData(5)]
    public void Models_that_are_made_to_harm_are_refused_in_bounded_memory_and_time(int every) => Harm(every);

    [Fact]
    [Trait("Category", "Long")]
    public void All_models_that_are_made_to_harm_are_refused_in_bounded_memory_and_time() => Harm(1);

    private void Harm(int every)
    {
        string[] lines = HookedProcess.Run(HarmfulModels.Variable, $"{every}").TrimEnd().Split('\n');
        foreach (string line in lines) output.WriteLine(line.Length < 500 ? line : line[..500]);
        (string Name, Action<string> Make, string Expected)[] made = HarmfulModels.Some(every);
        WorkMeter.Check("models made to harm", lines[^1], made.Length, output);
        for (int i = 0; i < made.Length; i++)
        {
            (string name, _, string expected) = made[i];
            Assert.True(lines[i].StartsWith($"{name}: ", StringComparison.Ordinal) && Regex.IsMatch(lines[i][name.Length..], expected), lines[i]);
        }
    }

    private void Check(string kind, int count, int seed)
    {
        string line = HookedProcess.Run(HostileModels.Variable, string.Create(CultureInfo.InvariantCulture, $"{kind} {count} {seed}"));
        WorkMeter.Check(kind, line, count, output);
    }
}
