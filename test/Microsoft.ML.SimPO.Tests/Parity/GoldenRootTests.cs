using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class GoldenRootTests(ITestOutputHelper output)
{
    private static readonly (string Kind, Func<TheoryData<GoldenCase>> Cases)[] Kinds =
    [
        ("models", () => ModelParityTests.Cases),
        ("tokenizers", () => GoldenCases.Folders("tokenizers", "vectors.jsonl")),
        ("templates", () => GoldenCases.Files("templates", "*.jsonl")),
        ("preprocessing", () => GoldenCases.Files("preprocessing", "*.jsonl.gz")),
        ("training", () => TrainingParityTests.Cases),
        ("data", () => GoldenCases.Folders("data", "expected.jsonl")),
    ];

    [Fact]
    public void Every_root_that_is_named_holds_cases()
    {
        GoldenCase[] cases = [.. Kinds.SelectMany(k => ((IEnumerable<object[]>)k.Cases()).Select(row => (GoldenCase)row[0]))];
        foreach (string root in GoldenCases.Roots)
        {
            string counts = string.Join(", ", Kinds.Select(k => $"{cases.Count(c => c.Root == root && c.Kind == k.Kind)} {k.Kind}"));
            output.WriteLine($"{root}: {counts}");
            Assert.True(cases.Any(c => c.Root == root), $"'{root}', which SIMPO_GOLDENS names, holds no cases. It needs folders such as models/ or tokenizers/ with cases in them.");
        }
    }
}
