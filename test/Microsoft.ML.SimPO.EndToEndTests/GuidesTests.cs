using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The README's program and those of the guides, as somebody copies them: into applications that know the package alone.</summary>
[Collection(PackageCollection.Name)]
public sealed partial class GuidesTests(PackageFeed feed)
{
    /// <summary>What the program that is made sets; it has a process of its own.</summary>
    private const string CurrentFolder = "CurrentDirectory";

    private static readonly string Sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");

    [Fact]
    public async Task The_program_of_the_readme_runs_in_a_new_console_application()
    {
        string program = Blocks(Path.Combine(ChildProgram.Root, "README.md")).Single();
        using FreshApplication application = await FreshApplication.Build(feed, new Dictionary<string, string> { ["Program.cs"] = program });
        using var folder = new TemporaryFolder();
        Provide(folder.Path);
        ChildProgram run = await application.Run(folder.Path);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Matches(@"accuracy \d+(\.\d)? ?%, mean margin -?\d\.\d{3}\r?\n.{10,}", run.Output);
        Assert.True(File.Exists(folder.In("tuned", "model.safetensors")) && File.Exists(folder.In("tuned.zip")));
    }

    /// <summary>Whoever begins with any of them knows what to install; the package's own page shows the program of the README.</summary>
    [Fact]
    public void Every_guide_says_what_to_install_and_the_package_shows_the_program_of_the_readme()
    {
        string root = ChildProgram.Root, readme = Path.Combine(root, "README.md"), ofPackage = Path.Combine(root, "src", "Microsoft.ML.SimPO", "README.md");
        IEnumerable<string> guides = Directory.EnumerateFiles(Path.Combine(root, "docs", "guides"), "*.md");
        foreach (string text in guides.Append(readme).Append(ofPackage).Select(File.ReadAllText))
        {
            Assert.Contains("dotnet add package Microsoft.ML.SimPO", text, StringComparison.Ordinal);
            Assert.Contains("dotnet add package TorchSharp-cpu", text, StringComparison.Ordinal);
        }
        Assert.Equal(Blocks(readme).Single(), Blocks(ofPackage).Single());
    }

    /// <summary>All in one application, each in a file of its own, whose usings are those that the guide shows, and in a folder of its own.</summary>
    [Fact]
    public async Task Every_guide_compiles_with_the_package_and_runs()
    {
        string[] guides = [.. Directory.EnumerateFiles(Path.Combine(ChildProgram.Root, "docs", "guides"), "*.md").Order(StringComparer.Ordinal)];
        Dictionary<string, string> sources = guides.ToDictionary(g => NameOf(g) + ".cs", Source);
        sources["Program.cs"] = string.Concat(guides.Select(g => $$"""
            Console.WriteLine("the guide {{NameOf(g)}}");
            Environment.{{CurrentFolder}} = Path.Combine(args[0], "{{NameOf(g)}}");
            await Guides.{{NameOf(g)}}.Guide.Run();

            """));
        using FreshApplication application = await FreshApplication.Build(feed, sources);
        using var folder = new TemporaryFolder();
        foreach (string guide in guides) Provide(folder.In(NameOf(guide)));
        ChildProgram run = await application.Run(folder.Path, folder.Path);
        Assert.True(run.ExitCode == 0, $"{run.Output}{run.Error}");
        Assert.Equal(guides.Length, run.Output.Split('\n').Count(l => l.StartsWith("the guide Of", StringComparison.Ordinal)));
    }

    private static string NameOf(string guide) => "Of" + Path.GetFileNameWithoutExtension(guide);

    /// <summary>A guide as a file: its usings, its statements as a method, its types.</summary>
    private static string Source(string guide)
    {
        var (usings, statements, types) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (string block in Blocks(guide))
        {
            if (Type().IsMatch(block))
            {
                types.AppendLine(block);
                continue;
            }
            foreach (string line in block.Split('\n')) (Using().IsMatch(line) ? usings : statements).AppendLine(line);
        }
        return $$"""
            {{usings}}
            namespace Guides.{{NameOf(guide)}};

            internal static class Guide
            {
                public static async Task Run()
                {
                    await Task.CompletedTask;
            {{statements}}
                }
            }

            {{types}}
            """;
    }

    private static IEnumerable<string> Blocks(string path) => Block().Matches(File.ReadAllText(path).ReplaceLineEndings("\n")).Select(m => m.Groups[1].Value);

    /// <summary>A model and pairs under the names that the programs use.</summary>
    private static void Provide(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "train.jsonl"), File.ReadLines(Path.Combine(Sample, "data", "train.jsonl")).Take(32));
        File.WriteAllLines(Path.Combine(folder, "pairs.jsonl"), File.ReadLines(Path.Combine(Sample, "data", "train.jsonl")).Take(32));
        File.WriteAllLines(Path.Combine(folder, "test.jsonl"), File.ReadLines(Path.Combine(Sample, "data", "test.jsonl")).Take(8));
        File.WriteAllText(Path.Combine(folder, "reviews.jsonl"), """{"task": "t", "answers": {"good": "g", "bad": "b"}}""");
        File.WriteAllText(Path.Combine(folder, "rated.jsonl"), """{"prompt": "q", "responses": ["a", "b", "c"], "scores": [1, 1.5, 3]}""");
        Directory.CreateDirectory(Path.Combine(folder, "model"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Sample, "model"))) File.Copy(file, Path.Combine(folder, "model", Path.GetFileName(file)));
    }

    [GeneratedRegex(@"```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"^(internal |public |sealed )*class ")]
    private static partial Regex Type();
}
