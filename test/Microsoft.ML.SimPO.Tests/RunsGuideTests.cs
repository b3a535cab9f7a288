using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>What docs/runs.md shows is compiled and run.</summary>
public sealed class RunsGuideTests
{
    [Fact]
    public void The_snippets_of_the_guide_are_those_that_are_compiled()
    {
        string source = File.ReadAllText(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "RunsGuide.cs")), guide = File.ReadAllText(Repository.PathOf("docs", "runs.md"));
        string[] compiled = [.. Blocks(source, @" *// <snippet>\n(.*?)\n *// </snippet>").Select(block => Regex.Replace(block, "^ {8}", "", RegexOptions.Multiline))];
        Assert.Equal(2, compiled.Length);
        Assert.Equal(compiled, Blocks(guide, @"```csharp\n(.*?)\n```"));
    }

    [Fact]
    public void The_snippets_of_the_guide_do_what_it_says()
    {
        using var folder = new Checkpoints.TempFolder();
        File.WriteAllLines(folder.File("train.jsonl"), File.ReadLines(QuickStartFiles.PathOf("data", "train.jsonl")).Take(100));
        Directory.CreateSymbolicLink(folder.File("model"), QuickStartFiles.Model);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        (string here, CultureInfo culture, TextWriter output) = (Environment.CurrentDirectory, CultureInfo.CurrentCulture, Console.Out);
        try
        {
            Environment.CurrentDirectory = folder.Path;
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Console.SetOut(text);
            RunsGuide.Run();
        }
        finally
        {
            Console.SetOut(output);
            CultureInfo.CurrentCulture = culture;
            Environment.CurrentDirectory = here;
        }
        Assert.Matches(@"^best after step \d+ of \d+: loss \d\.\d{3}\nAfter step \d+ the chosen answers' log-probability has fallen by \d+\.\d{2} nats a token, ", text.ToString().ReplaceLineEndings("\n"));
        Assert.InRange(Directory.EnumerateDirectories(folder.File("run")).Count(), 1, 2);
        Assert.True(File.Exists(Path.Combine(folder.File("run"), "trainer_log.jsonl")));
    }

    private static IEnumerable<string> Blocks(string text, string pattern) => Regex.Matches(text, pattern, RegexOptions.Singleline).Select(match => match.Groups[1].Value);
}
