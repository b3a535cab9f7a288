using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Files that are damaged or made to harm, read in a process of their own with little memory: a clear error or the rows, in bounded time and memory, and never
/// a crash.
/// </summary>
public sealed class HostileInputTests(ITestOutputHelper output)
{
    [Fact]
    public void Five_hundred_mutated_files_are_read_or_refused_with_a_clear_error() => RunChild(500, seed: 1);

    /// <summary>Five thousand.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_thousand_mutated_files_of_each_seed_are_read_or_refused_with_a_clear_error(int seed) => RunChild(1000, seed);

    [Fact]
    public void Files_made_to_harm_are_told_apart_from_data_in_bounded_memory()
    {
        string[] lines = Child(HostileFiles.Variable, "all").TrimEnd().Split('\n');
        Assert.Equal(HostileFiles.All.Length + 1, lines.Length);
        for (int i = 0; i < HostileFiles.All.Length; i++)
        {
            (string name, _, string expected) = HostileFiles.All[i];
            string line = lines[i];
            string[] parts = line.Split('\t');
            Assert.True(Regex.IsMatch(parts[0], expected), $"{name}: {line}");
            Assert.InRange(long.Parse(parts[^1], CultureInfo.InvariantCulture), 0, HostileFiles.MostMade);
        }
        WorkMeter.Check("files made to harm", lines[^1], HostileFiles.All.Length, output);
    }

    private void RunChild(int count, long seed) =>
        WorkMeter.Check("mutated files", Child(MutatedFiles.Variable, string.Create(CultureInfo.InvariantCulture, $"{count} {seed}")), count, output);

    /// <summary>What a child with a heap of 256 MiB at most prints, with one variable set.</summary>
    private static string Child(string variable, string value) => HookedProcess.Run(variable, value, settings: ("DOTNET_GCHeapHardLimit", "0x10000000"));
}
