using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.EndToEnd;

public sealed class ModelSelectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The sample at a small size; stopped after two trials' worth of budget and taken up again for two more.</summary>
    [Fact]
    public async Task It_prints_the_table_picks_the_best_and_goes_on_where_it_was()
    {
        string output = _folder.In("sweep");
        ChildProgram first = await Run("2", output), second = await Run("4", output);
        foreach (ChildProgram run in new[] { first, second })
        {
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.All(run.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
                line => Assert.Matches("^(warning|error): ", line)); // of rates that are too low or too high: what a sweep finds out
        }
        string[] one = Trials(first), four = Trials(second);
        Assert.Equal((2, 4), (one.Length, four.Length));
        Assert.Equal(one, four[..2]); // the same trials, with the seconds that they took the first time
        Assert.Contains("learning", second.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"(?m)^ *\d+ .* best\r?$", second.Output);
        Assert.Matches(@"(?m)^Best: trial \d of 4, \d", second.Output);
        Assert.Matches(@"(?m)^Test: accuracy \d+\.\d ?%", second.Output);
        Assert.True(File.Exists(Path.Combine(output, "best", "model.safetensors")));
        Assert.Equal(5, File.ReadLines(Path.Combine(output, "trials.jsonl")).Count());
    }

    [Theory]
    [InlineData("--trials", "few", "--trials must be a whole number above 0, but was 'few'.")]
    [InlineData("--algorithm", "luck", "--algorithm must be random, grid or halving, but was 'luck'.")]
    [InlineData("--speed", "11", "--speed is not known.")]
    public async Task Wrong_arguments_are_said_with_exit_code_2(string name, string value, string message)
    {
        ChildProgram wrong = await ChildProgram.Run(ChildProgram.ModelSelection, Path.GetTempPath(), null, name, value);
        Assert.Equal((2, message), (wrong.ExitCode, wrong.Error.Split(Environment.NewLine)[0]));
    }

    private Task<ChildProgram> Run(string trials, string output) =>
        ChildProgram.Run(ChildProgram.ModelSelection, _folder.Path, null, "--trials", trials, "--max-pairs", "40", "--algorithm", "random", "--output", output);

    /// <summary>The lines of the progress, not the table's head.</summary>
    private static string[] Trials(ChildProgram program) => [.. program.Output.Split(Environment.NewLine)
        .Where(l => Regex.IsMatch(l, @"^trial +\d+  .* epochs  LearningRate "))];
}
