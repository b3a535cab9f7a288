using Xunit.Abstractions;
using Xunit.Sdk;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>How many golden cases each root holds of each kind. Said on the console, so that nobody takes a run without cases for one that passed.</summary>
public sealed class GoldenCounts
{
    private static readonly (string Kind, Func<TheoryData<GoldenCase>> Cases)[] Kinds =
    [
        ("models", () => GoldenCases.Folders("models", "golden.json")),
        ("models-v5", () => GoldenCases.Folders("models-v5", "golden.json")),
        ("tokenizers", () => GoldenCases.Folders("tokenizers", "vectors.jsonl")),
        ("tokenizer-files", () => GoldenCases.Folders("tokenizer-files", "vectors.jsonl")),
        ("templates", () => GoldenCases.Files("templates", "*.jsonl")),
        ("preprocessing", () => GoldenCases.Files("preprocessing", "*.jsonl.gz")),
        ("reward", () => RewardModelParityTests.Cases),
        ("training", () => TrainingParityTests.Cases),
        ("data", () => GoldenCases.Folders("data", "expected.jsonl")),
        ("conversations", () => GoldenCases.Files("conversations", "templates.jsonl")),
    ];

    public GoldenCounts(IMessageSink console)
    {
        GoldenCase[] cases = [.. Kinds.SelectMany(k => GoldenCases.Of(k.Cases()))];
        foreach (string root in GoldenCases.Roots)
        {
            string counts =
                string.Join(", ", Kinds.Select(k => FormattableString.Invariant($"{cases.Count(c => c.Root == root && c.Kind == k.Kind)} {k.Kind}")));
            string besides = root == GoldenCases.OwnRoot && GoldenCases.NamedRoots.Count > 0 ? " besides those that another root holds too" : "";
            console.OnMessage(new DiagnosticMessage($"golden cases in '{root}'{besides}: {counts}"));
            ByRoot[root] = cases.Count(c => c.Root == root);
        }
    }

    public Dictionary<string, int> ByRoot { get; } = [];
}
