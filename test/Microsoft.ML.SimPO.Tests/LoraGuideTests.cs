using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>What docs/lora.md shows is compiled and run.</summary>
public sealed class LoraGuideTests
{
    [Fact]
    public void The_snippets_of_the_guide_are_those_that_are_compiled()
    {
        string source = File.ReadAllText(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "LoraGuide.cs")), guide = File.ReadAllText(Repository.PathOf("docs", "lora.md"));
        string[] compiled = [.. Blocks(source, @" *// <snippet>\n(.*?)\n *// </snippet>").Select(block => Regex.Replace(block, "^ {8}", "", RegexOptions.Multiline))];
        Assert.Equal(5, compiled.Length);
        Assert.Equal(compiled, Blocks(guide, @"```csharp\n(.*?)\n```"));
    }

    [Fact]
    public void The_snippets_of_the_guide_do_what_it_says()
    {
        using var folder = new Checkpoints.TempFolder();
        File.WriteAllLines(folder.File("train.jsonl"), File.ReadLines(QuickStartFiles.PathOf("data", "train.jsonl")).Take(16));
        Directory.CreateSymbolicLink(folder.File("model"), QuickStartFiles.Model);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        (string here, CultureInfo culture, TextWriter output) = (Environment.CurrentDirectory, CultureInfo.CurrentCulture, Console.Out);
        try
        {
            Environment.CurrentDirectory = folder.Path;
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Console.SetOut(text);
            LoraGuide.Run();
        }
        finally
        {
            Console.SetOut(output);
            CultureInfo.CurrentCulture = culture;
            Environment.CurrentDirectory = here;
        }
        Assert.Matches(@"^\d+ of 1\d{6} parameters were trained\naccuracy \d+ ?%\nrank 4: loss \d\.\d{3}\nrank 8: loss \d\.\d{3}\n$", text.ToString().ReplaceLineEndings("\n"));
        Assert.Equal(["adapter", "merged", "model", "train.jsonl", "tuned.zip"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Blocks(string text, string pattern) => Regex.Matches(text, pattern, RegexOptions.Singleline).Select(match => match.Groups[1].Value);
}
