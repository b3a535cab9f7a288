using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Programs of one file: the sample, and the cells of the notebook put together to one.</summary>
public sealed class SingleFileTests
{
    private static readonly string Notebook = Path.Combine(ChildProgram.Root, "samples", "Notebook");

    [Fact]
    public async Task The_program_of_one_file_tunes_a_model()
    {
        ChildProgram run = await ChildProgram.Dotnet(Path.Combine(ChildProgram.Root, "samples", "SingleFile"), null, "run", "tune.cs", "--", "32");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Matches(@"(?m)^32 pairs, 4 steps: accuracy \d+\.\d ?%, mean margin -?\d\.\d{3}\r?$", run.Output);
        Assert.True(run.Output.Trim().Split('\n')[^1].Length > 10);
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
