using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>What the README shows is compiled here and run.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void The_program_of_the_readme_tunes_scores_generates_and_saves()
    {
        Guide.AssertShown("README.md", "ReadmeProgram.cs", mark: "readme");
        using var folder = new TempFolder();
        Guide.Provide(folder.Path, train: 32, test: 8);
        string output = GuideProgram.Run("readme", folder.Path);
        Assert.Matches(@"^accuracy \d+(\.\d)? ?%, mean margin -?\d\.\d{3}\n.{10,}", output);
        Assert.True(File.Exists(folder.File("tuned", "model.safetensors")));
        Assert.True(File.Exists(folder.File("tuned.zip")));
    }

    /// <summary>The package's own page, where links to files of the repository lead nowhere.</summary>
    [Fact]
    public void The_readme_of_the_package_shows_the_same_program_and_leads_to_no_file()
    {
        string package = File.ReadAllText(Repository.PathOf("src", "Microsoft.ML.SimPO", "README.md")).ReplaceLineEndings("\n");
        string Program(string text) => Regex.Match(text, @"```csharp\n(.*?)\n```", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(Program(File.ReadAllText(Repository.PathOf("README.md")).ReplaceLineEndings("\n")), Program(package));
        Assert.All(Regex.Matches(package, @"\]\(([^)]+)\)"), link => Assert.StartsWith("https://", link.Groups[1].Value, StringComparison.Ordinal));
    }

    /// <summary>Links between the texts of the repository lead somewhere.</summary>
    [Fact]
    public void Every_link_to_a_file_of_the_repository_leads_to_one()
    {
        IEnumerable<string> guides = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories);
        string[] texts = [.. guides, Repository.PathOf("README.md"), Repository.PathOf("CONTRIBUTING.md")];
        string[] broken =
        [
            .. from text in texts
               from Match match in Regex.Matches(File.ReadAllText(text), @"\]\(([^)#:]+)(#[^)]*)?\)")
               let link = match.Groups[1].Value
               where !Path.Exists(Path.Combine(Path.GetDirectoryName(text)!, link))
               select $"{Path.GetFileName(text)}: {link}",
        ];
        Assert.Empty(broken);
    }
}
