using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Programs of one file: the samples, and the cells of the notebook put together to one.</summary>
[Collection(PackageCollection.Name)]
public sealed class SingleFileTests(PackageFeed feed)
{
    private static readonly string Notebook = Path.Combine(ChildProgram.Root, "samples", "Notebook");

    /// <summary>Copied to a folder of their own, as somebody takes them, with the package from a feed; each works on what the one before made.</summary>
    [Fact]
    public async Task The_programs_of_one_file_describe_tune_evaluate_and_chat()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("nuget.config"), feed.Config);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(ChildProgram.Root, "samples", "SingleFile"), "*.cs"))
        {
            string program = await File.ReadAllTextAsync(file);
            Assert.Contains("#:package Microsoft.ML.SimPO@0.1.0", program, StringComparison.Ordinal);
            Assert.Contains($"#:package TorchSharp-cpu@{PackageFeed.VersionOf("TorchSharp-cpu")}", program, StringComparison.Ordinal);
            await File.WriteAllTextAsync(folder.In(Path.GetFileName(file)), program
                .Replace("Microsoft.ML.SimPO@0.1.0", $"Microsoft.ML.SimPO@{feed.Version}", StringComparison.Ordinal)
                .Replace($"TorchSharp-cpu@{PackageFeed.VersionOf("TorchSharp-cpu")}", $"{PackageFeed.LibTorch}@{PackageFeed.VersionOf(PackageFeed.LibTorch)}",
                    StringComparison.Ordinal));
        }
        string sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart"), model = Path.Combine(sample, "model");
        File.WriteAllLines(folder.In("train.jsonl"), File.ReadLines(Path.Combine(sample, "data", "train.jsonl")).Take(60));
        File.WriteAllLines(folder.In("test.jsonl"), File.ReadLines(Path.Combine(sample, "data", "test.jsonl")).Take(10));
        Assert.Matches(@"(?s)family +llama.*pairs kept +60", await Run("", "describe.cs", model, "train.jsonl"));
        Assert.Matches(@"(?s)step 1/\d  loss .*accuracy on held-out pairs: \d+\.\d ?% before, \d+\.\d ?% after",
            await Run("", "tune.cs", model, "train.jsonl", "tuned.zip", "2e-4"));
        Assert.Matches(@"10 pairs: accuracy \d+\.\d ?%", await Run("", "evaluate.cs", "tuned.zip", "test.jsonl"));
        Assert.Matches(@"> .{10,}\r?\n> ", await Run("What is the status of order 4355?\n\n", "chat.cs", "tuned.zip"));

        async Task<string> Run(string input, string program, params string[] arguments)
        {
            ChildProgram run = await ChildProgram.Dotnet(folder.Path, null, input, ["run", program, "--", .. arguments]);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            return run.Output;
        }
    }

    /// <summary>
    /// No notebook kernel is assumed: packages become a project, `display` shows a value with the formatter that a notebook would find. CI runs the notebook
    /// in a kernel, below.
    /// </summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task The_cells_of_the_notebook_run()
    {
        string program = Path.Combine(Notebook, $"cells-{Guid.NewGuid():N}.cs");
        try
        {
            await File.WriteAllTextAsync(program, Program(await File.ReadAllTextAsync(Path.Combine(Notebook, "SimPO.ipynb"))));
            ChildProgram run = await ChildProgram.Dotnet(Notebook, null, "run", program);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            string[] shown = run.Output.Split('\n').Where(l => l.StartsWith("text/html ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]).ToArray();
            Assert.Equal(["PreferenceStatistics", "AlignmentTransformer", "AlignmentMetrics", "SweepResult"], shown);
        }
        finally
        {
            File.Delete(program);
        }
    }

    /// <summary>In a real kernel, which loads assemblies and libtorch straight from NuGet's folder. Skipped where the tool cannot be installed.</summary>
    [SkippableFact]
    public async Task The_notebook_runs_to_its_end_in_dotnet_repl()
    {
        using var folder = new TemporaryFolder();
        ChildProgram install = await ChildProgram.Dotnet(
            folder.Path, null, "tool", "install", "dotnet-repl", "--version", "0.3.259", "--tool-path", folder.In("tool"));
        Skip.IfNot(install.ExitCode == 0, "dotnet-repl cannot be installed here.");
        foreach (string part in new[] { "data", "model" })
        {
            Directory.CreateDirectory(folder.In("QuickStart", part));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(ChildProgram.Root, "samples", "QuickStart", part)))
                File.Copy(file, folder.In("QuickStart", part, Path.GetFileName(file)));
        }
        Directory.CreateDirectory(folder.In("Notebook"));
        string own = $"#i \\\"nuget:{feed.Path.Replace("\\", "/", StringComparison.Ordinal)}\\\"\\n#r \\\"nuget: Microsoft.ML.SimPO, {feed.Version}\\\"";
        string notebook = (await File.ReadAllTextAsync(Path.Combine(Notebook, "SimPO.ipynb")))
            .Replace("#r \\\"nuget: Microsoft.ML.SimPO, 0.1.0\\\"", own, StringComparison.Ordinal)
            .Replace($"TorchSharp-cpu, {PackageFeed.VersionOf("TorchSharp-cpu")}", $"{PackageFeed.LibTorch}, {PackageFeed.VersionOf(PackageFeed.LibTorch)}",
                StringComparison.Ordinal);
        Assert.Contains(feed.Version, notebook, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.In("Notebook", "SimPO.ipynb"), notebook);
        await ChildProgram.Start(folder.In("tool", "dotnet-repl"), folder.In("Notebook"),
            "--run", "SimPO.ipynb", "--exit-after-run", "--output-format", "trx", "--output-path", "out.trx");
        string result = await File.ReadAllTextAsync(folder.In("Notebook", "out.trx"));
        string[] outcomes = [.. System.Text.RegularExpressions.Regex.Matches(result, "outcome=\"(\\w+)\"").Select(m => m.Groups[1].Value)];
        Assert.True(outcomes.Length >= 6, result);
        Assert.All(outcomes, outcome => Assert.True(outcome == "Passed", result));
    }

    private static string Program(string notebook)
    {
        string[] code = [.. JsonDocument.Parse(notebook).RootElement.GetProperty("cells").EnumerateArray()
            .Where(c => c.GetProperty("cell_type").GetString() == "code")
            .SelectMany(c => c.GetProperty("source").EnumerateArray().Select(l => l.GetString()!.TrimEnd('\n')))
            .Where(l => !l.StartsWith("#r \"nuget:", StringComparison.Ordinal))];
        string[] usings = [.. code.Where(l => l.StartsWith("using ", StringComparison.Ordinal) && l.EndsWith(';') && !l.Contains('='))];
        return $$"""
            #:project ../../src/Microsoft.ML.SimPO/Microsoft.ML.SimPO.csproj
            #:property PublishAot=false
            #:property TreatWarningsAsErrors=false
            {{string.Join('\n', usings)}}

            {{string.Join('\n', code.Where(l => !usings.Contains(l)))}}

            static void display(object value)
            {
                object? attribute = Array.Find(value.GetType().GetCustomAttributes(true), a => a.GetType().Name == "TypeFormatterSourceAttribute");
                if (attribute is null) return;
                object source = Activator.CreateInstance((Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!)!;
                foreach (object formatter in (System.Collections.IEnumerable)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!)
                {
                    var writer = new StringWriter();
                    formatter.GetType().GetMethod("Format")!.Invoke(formatter, [value, writer]);
                    Console.WriteLine($"{formatter.GetType().GetProperty("MimeType")!.GetValue(formatter)} {value.GetType().Name} {writer.ToString().Length}");
                }
            }
            """;
    }
}
