using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>What the README shows is compiled here and run.</summary>
public class DocumentationTests
{
    [Fact]
    public void The_program_of_the_readme_is_the_one_that_is_compiled_and_run_here()
    {
        string source = File.ReadAllText(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "ReadmeProgram.cs"));
        string body = Regex.Match(source, @"// <readme>\n(.*?)\n *// </readme>", RegexOptions.Singleline).Groups[1].Value;
        string shown = Regex.Match(File.ReadAllText(Repository.PathOf("README.md")), @"```csharp\n(.*?)\n```", RegexOptions.Singleline).Groups[1].Value;
        string[] indented = body.Split('\n');
        int margin = indented[0].TakeWhile(c => c == ' ').Count();
        Assert.Equal(shown, string.Join('\n', indented.Select(line => line.Length > margin ? line[margin..] : "")));
    }

    [Fact]
    public void The_program_of_the_readme_tunes_scores_generates_and_saves()
    {
        string folder = Directory.CreateTempSubdirectory("simpo-readme-").FullName;
        try
        {
            string sample = Repository.PathOf("samples", "QuickStart");
            File.WriteAllLines(Path.Combine(folder, "train.jsonl"), File.ReadLines(Path.Combine(sample, "data", "train.jsonl")).Take(32));
            File.WriteAllLines(Path.Combine(folder, "test.jsonl"), File.ReadLines(Path.Combine(sample, "data", "test.jsonl")).Take(8));
            Directory.CreateDirectory(Path.Combine(folder, "model"));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(sample, "model"))) File.Copy(file, Path.Combine(folder, "model", Path.GetFileName(file)));
            using var output = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
            ReadmeProgram.Run(folder, output);
            Assert.Matches(@"^accuracy \d+(\.\d)? ?%, mean margin -?\d\.\d{3}\n.{10,}", output.ToString().ReplaceLineEndings("\n"));
            Assert.True(File.Exists(Path.Combine(folder, "tuned", "model.safetensors")));
            Assert.True(File.Exists(Path.Combine(folder, "tuned.zip")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
