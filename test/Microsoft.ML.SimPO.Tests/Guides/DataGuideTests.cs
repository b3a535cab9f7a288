using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>What docs/guides/data.md shows is compiled and run.</summary>
public class DataGuideTests
{
    private const string Passed = "all rows are as the guide says";

    [Fact]
    public void The_snippets_of_the_guide_are_those_that_are_compiled() => Guide.AssertShown("docs/guides/data.md", "Guides/DataGuide.cs");

    [Fact]
    public void The_snippets_of_the_guide_do_what_it_says()
    {
        using var folder = new Data.TemporaryFolder();
        string Pair(int i) => $$"""{"question": "Question number {{i}}?", "winner": "Answer {{i}} says so.", "loser": "No {{i}}, it says other."}""";
        folder.Write("pairs.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => Pair(i) + "\n")));
        folder.Write("reviews.jsonl", """{"task": "t", "answers": {"good": "g", "bad": "b"}}""");
        folder.Write("rated.jsonl", """{"prompt": "q", "responses": ["a", "b", "c"], "scores": [1, 1.5, 3]}""");
        folder.Write("test.jsonl", """{"prompt": "question  NUMBER 3?", "chosen": "x", "rejected": "y"}""");
        Directory.CreateSymbolicLink(folder.File("model"), Repository.PathOf("samples", "QuickStart", "model"));
        Assert.EndsWith($"{Passed}\n", GuideProgram.Run("data", folder.Path), StringComparison.Ordinal);
    }

    /// <summary>In the process whose current folder holds the files.</summary>
    internal static void RunAndCheck()
    {
        IReadOnlyDictionary<string, IDataView> views = DataGuide.Run();
        Dictionary<string, PreferenceRow[]> rows = views.ToDictionary(view => view.Key, view => PreferenceView.Rows(view.Value));
        Assert.Equal(20, rows["pairs"].Length);
        Assert.Equal(new PreferenceRow("t", "g", "b", null, null), Assert.Single(rows["mapped"]));
        Assert.Equal(["c > a", "c > b"], rows["rated"].Select(row => $"{row.Chosen} > {row.Rejected}"));
        Assert.Equal(19, rows["clean"].Length);
        Assert.DoesNotContain(rows["clean"], row => row.Prompt == "Question number 3?");
        Assert.Equal(rows["clean"], rows["saved"]);
        Assert.Equal(11, rows["train"].Length + rows["test"].Length);
        Assert.Empty(rows["train"].Select(row => row.Prompt).Intersect(rows["test"].Select(row => row.Prompt)));
        Console.WriteLine(Passed);
    }
}
