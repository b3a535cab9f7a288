using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>A text with programs that are compiled here, in the regions that are marked as such, and run by <see cref="GuideProgram"/>.</summary>
internal static class Guide
{
    /// <summary>
    /// What a text shows is what a source file of this project holds between its marks, blank lines between the pieces. Its usings and types stand elsewhere
    /// here; that they are whole is seen where it is compiled by itself.
    /// </summary>
    /// <param name="text">From the root of the repository.</param>
    /// <param name="source">From this project.</param>
    /// <param name="mark">The name of the marks.</param>
    public static void AssertShown(string text, string source, string mark = "guide")
    {
        string program = Blocks(Repository.PathOf(["test", "Microsoft.ML.SimPO.Tests", .. source.Split('/')]), $@"// <{mark}>\n(.*?)\n *// </{mark}>");
        Assert.Equal(Blocks(Repository.PathOf(text.Split('/')), @"```csharp\n(?!(?:sealed )?class )(?:using [\w.]+;\n)*\n*(.*?)\n```"),
            string.Join('\n', program.Split('\n').Select(line => line.Length > 8 ? line[8..] : "")));
    }

    /// <summary>Puts QuickStart's model and some of its pairs into a folder, under the names that the programs use.</summary>
    public static void Provide(string folder, int train, int test)
    {
        File.WriteAllLines(Path.Combine(folder, "train.jsonl"), File.ReadLines(QuickStartFiles.PathOf("data", "train.jsonl")).Take(train));
        File.WriteAllLines(Path.Combine(folder, "test.jsonl"), File.ReadLines(QuickStartFiles.Test).Take(test));
        QuickStartFiles.CopyModel(Path.Combine(folder, "model"));
    }

    private static string Blocks(string path, string pattern) =>
        string.Join(
            "\n\n", Regex.Matches(File.ReadAllText(path).ReplaceLineEndings("\n"), pattern, RegexOptions.Singleline).Select(match => match.Groups[1].Value));
}
