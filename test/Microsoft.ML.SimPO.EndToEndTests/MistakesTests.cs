namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>What docs/mistakes.md shows is what an application that makes these mistakes is told.</summary>
[Collection(PackageCollection.Name)]
public sealed class MistakesTests(PackageFeed feed)
{
    /// <summary>Set to have the table written anew instead of compared.</summary>
    private const string Variable = "SIMPO_WRITE_MISTAKES";

    private const string Head = "| mistake | what is said |\n|---|---|\n";

    [Fact]
    public async Task Every_mistake_of_the_table_is_answered_as_it_shows()
    {
        using FreshApplication application = await FreshApplication.Build(
            feed, new Dictionary<string, string> { ["Program.cs"] = PackageTests.Application("Mistakes.cs") });
        ChildProgram run = await application.Run(null, Path.Combine(ChildProgram.Root, "samples", "QuickStart"));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        string[] rows = run.Output.ReplaceLineEndings("\n").Trim().Split('\n');
        string path = Path.Combine(ChildProgram.Root, "docs", "mistakes.md"), text = await File.ReadAllTextAsync(path);
        int start = text.IndexOf(Head, StringComparison.Ordinal) + Head.Length;
        if (Environment.GetEnvironmentVariable(Variable) is not null)
            await File.WriteAllTextAsync(path, $"{text[..start]}{string.Join('\n', rows)}\n");
        else
            Assert.Equal(text[start..].Trim().Split('\n'), rows);
        Assert.True(rows.Length >= 32);
        Assert.All(rows, row => Assert.Matches(@"^\| .+ \| (Warning|\w+Exception): .+ \|$", row));
    }
}
