using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Changed models, zips, adapters, folders of runs, recipes and options are used, or refused with an error that is documented; the process lives, and none
/// takes much memory or time.
/// </summary>
public sealed class HostileModelsTests(ITestOutputHelper output)
{
    /// <summary>Of a file that is refused by what the header of the weights says.</summary>
    private const long MostMillisecondsByHeader = 100;

    [Theory]
    [InlineData("models", 500, 1)]
    [InlineData("zips", 500, 1)]
    [InlineData("adapters", 100, 1)]
    [InlineData("runs", 50, 1)]
    [InlineData("recipes", 500, 1)]
    [InlineData("options", 100, 1)]
    [InlineData("answers", 100, 1)]
    public void Changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    /// <summary>Five thousand models, as many zips and recipes, a thousand of the others.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData("models", 1000, 2)]
    [InlineData("models", 1000, 3)]
    [InlineData("models", 1000, 4)]
    [InlineData("models", 1000, 5)]
    [InlineData("models", 1000, 6)]
    [InlineData("zips", 1000, 2)]
    [InlineData("zips", 1000, 3)]
    [InlineData("zips", 1000, 4)]
    [InlineData("zips", 1000, 5)]
    [InlineData("zips", 1000, 6)]
    [InlineData("adapters", 1000, 2)]
    [InlineData("runs", 500, 2)]
    [InlineData("recipes", 5000, 2)]
    [InlineData("options", 1000, 2)]
    [InlineData("answers", 1000, 2)]
    public void Thousands_of_changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    /// <param name="every">A few of them; each is as large as a file may be.</param>
    [Theory]
    [InlineData(8)]
    public void Models_that_are_made_to_harm_are_refused_in_bounded_memory_and_time(int every) => Harm(every);

    [Fact]
    [Trait("Category", "Long")]
    public void All_models_that_are_made_to_harm_are_refused_in_bounded_memory_and_time() => Harm(1);

    /// <summary>Sizes of which no weights are there, each looked at by a process that has refused such before.</summary>
    [Fact]
    public void Sizes_without_weights_are_refused_within_a_tenth_of_a_second()
    {
        string[] lines = HookedProcess.Run(UnbackedSizes.Variable, "all").TrimEnd().Split('\n');
        Assert.All(lines[..^1], line => Assert.Matches(UnbackedSizes.Expected, line));
        WorkMeter.Check("sizes without weights", lines[^1], UnbackedSizes.All.Length, output, MostMillisecondsByHeader);
    }

    [Fact]
    public void Saved_models_that_are_made_to_harm_are_refused_in_bounded_memory_and_time()
    {
        string[] lines = HookedProcess.Run(HarmfulZips.Variable, "all").TrimEnd().Split('\n');
        for (int i = 0; i < HarmfulZips.All.Length; i++) Assert.Matches(HarmfulZips.All[i].Expected, lines[i]);
        WorkMeter.Check("saved models made to harm", lines[^1], HarmfulZips.All.Length, output);
    }

    /// <summary>A few in a process: what it keeps for later, as .NET keeps large arrays, is not counted for dozens of them.</summary>
    private void Harm(int every)
    {
        const int inProcess = 8;
        (string Name, Action<string> Make, string Expected)[] made = HarmfulModels.Some(every);
        for (int first = 0; first < made.Length; first += inProcess)
        {
            var some = made.AsSpan(first, Math.Min(inProcess, made.Length - first));
            string what = FormattableString.Invariant($"{every} {first} {some.Length}");
            string[] lines = HookedProcess.Run(HarmfulModels.Variable, what).TrimEnd().Split('\n');
            foreach (string line in lines[..^1]) output.WriteLine(line.Length < 500 ? line : line[..500]);
            for (int i = 0; i < some.Length; i++)
            {
                (string name, _, string expected) = some[i];
                Assert.True(lines[i].StartsWith($"{name}: ", StringComparison.Ordinal) && Regex.IsMatch(lines[i][name.Length..], expected), lines[i]);
            }
            WorkMeter.Check("models made to harm", lines[^1], some.Length, output);
        }
    }

    private void Check(string kind, int count, int seed)
    {
        string line = HookedProcess.Run(HostileModels.Variable, string.Create(CultureInfo.InvariantCulture, $"{kind} {count} {seed}"));
        // What options ask for is the caller's own memory and time.
        if (kind == "options") WorkMeter.Check(kind, line, count, output, long.MaxValue, long.MaxValue);
        else WorkMeter.Check(kind, line, count, output);
    }
}
