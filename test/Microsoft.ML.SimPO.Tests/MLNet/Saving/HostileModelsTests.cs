using System.Globalization;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>Changed models and zips are used, or refused with an error that is documented; the process lives, and takes little memory.</summary>
public sealed class HostileModelsTests(ITestOutputHelper output)
{
    /// <summary>Of a process that has the native libraries, a model and what it computes in memory.</summary>
    private const long MostMemory = 1L << 30;

    [Theory]
    [InlineData("models", 300, 1)]
    [InlineData("zips", 200, 1)]
    public void Changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("models", 5000, 2)]
    [InlineData("zips", 5000, 2)]
    public void Thousands_of_changed_ones_are_used_or_refused(string kind, int count, int seed) => Check(kind, count, seed);

    private void Check(string kind, int count, int seed)
    {
        string[] result = HookedProcess.Run(HostileModels.Variable, string.Create(CultureInfo.InvariantCulture, $"{kind} {count} {seed}")).Trim().Split('\t');
        output.WriteLine($"{kind}: {result[0]}, {long.Parse(result[1], CultureInfo.InvariantCulture) >> 20} MB");
        Assert.Equal(count, result[0].Split(", ").Sum(part => int.Parse(part.Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.InRange(long.Parse(result[1], CultureInfo.InvariantCulture), 1, MostMemory);
    }
}
