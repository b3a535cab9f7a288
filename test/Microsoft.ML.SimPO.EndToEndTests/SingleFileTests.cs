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
        await File.WriteAllTextAsync(folder.In("nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="local" value="{feed.Path}" />
              </packageSources>
            </configuration>
            """);
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

    /// <summary>No notebook kernel is assumed: packages become a project, `display` shows a value with the formatter that a notebook would find.</summary>
    [Fact]
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
