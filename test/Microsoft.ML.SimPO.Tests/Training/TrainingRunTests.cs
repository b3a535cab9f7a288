using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A run as its folder tells it.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly Data.TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "run");

    private string Log => Path.Combine(Output, "trainer_log.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_tells_of_its_run_what_the_fit_gave()
    {
        TrainingRun run = Run(), loaded = TrainingRun.Load(Output);
        Assert.Equal((6, 7), (loaded.Steps.Count, loaded.Validations.Count));
        SampleRun.AssertEqual(run, loaded);
    }

    [Fact]
    public void Findings_are_lines_of_the_log_too()
    {
        Run();
        TrainingDiagnosis finding = SampleRun.Make(1).Findings[0];
        File.AppendAllBytes(Log, TrainingLogLine.Of(finding));
        Assert.Equal([finding], TrainingRun.Load(Output).Findings);
    }

    [Fact]
    public void A_run_is_read_while_it_goes_on()
    {
        List<(int Steps, int Validations)> seen = [];
        Run(line =>
        {
            if (!line.StartsWith("Info step", StringComparison.Ordinal)) return;
            TrainingRun now = TrainingRun.Load(Output);
            seen.Add((now.Steps.Count, now.Validations.Count));
        });
        Assert.Equal([(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)], seen);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_passed_over()
    {
        TrainingRun run = Run();
        File.AppendAllText(Log, "{\"step\":9,\"los");
        SampleRun.AssertEqual(run, TrainingRun.Load(Output));
        File.AppendAllText(Log, "s\":\n");
        Assert.StartsWith($"'{Log}' is damaged in line 14: ", Fault(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"step\":1,\"loss\":2}")]
    [InlineData("{\"step\":1,\"loss\":null}")]
    [InlineData("{\"step\":1,\"finding\":null}")]
    [InlineData("{\"step\":1,\"epoch\":1,\"eval_loss\":2,\"eval_metrics\":{}}")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void A_line_that_is_not_whole_is_an_error_that_names_it(string line)
    {
        Run();
        File.AppendAllText(Log, $"{line}\n");
        Assert.StartsWith($"'{Log}' is damaged in line 14: ", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_not_read_to_its_end()
    {
        Run();
        File.AppendAllText(Log, new string(' ', 3 << 20));
        Assert.Equal($"'{Log}' is damaged in line 14: it has more than 1048576 bytes.", Fault());
    }

    /// <summary>Their lines have no more of an evaluation than what Hugging Face's trainers write; the checkpoints have all of it.</summary>
    [Fact]
    public void Evaluations_of_older_logs_come_from_the_newest_checkpoint_that_is_whole()
    {
        TrainingRun run = Run();
        File.WriteAllLines(Log, File.ReadAllLines(Log).Select(l =>
        {
            JsonObject line = JsonNode.Parse(l)!.AsObject();
            line.Remove("eval_metrics");
            return line.ToJsonString();
        }));
        SampleRun.AssertEqual(run, TrainingRun.Load(Output));
        File.Delete(Path.Combine(Output, "checkpoint-6", "optimizer.safetensors"));
        Assert.Equal([0, 1, 2, 3, 4], TrainingRun.Load(Output).Validations.Select(v => v.Step));
        Assert.Equal(6, TrainingRun.Load(Output).Steps.Count);
        foreach (string checkpoint in Directory.EnumerateDirectories(Output)) Directory.Delete(checkpoint, recursive: true);
        TrainingRun bare = TrainingRun.Load(Output);
        Assert.Equal((6, 0, null), (bare.Steps.Count, bare.Validations.Count, bare.Seed));
    }

    [Fact]
    public void A_folder_without_a_run_is_an_error()
    {
        Assert.Equal($"There is no folder '{Output}'.", Assert.Throws<DirectoryNotFoundException>(() => TrainingRun.Load(Output)).Message);
        Assert.Equal(
            $"'{_folder.Path}' holds no run: it has no 'trainer_log.jsonl'. Give the `OutputPath` of a fit.",
            Assert.Throws<InvalidDataException>(() => TrainingRun.Load(_folder.Path)).Message);
    }

    private string Fault() => Assert.Throws<InvalidDataException>(() => TrainingRun.Load(Output)).Message;

    private TrainingRun Run(Action<string>? onLog = null)
    {
        using var run = new SmallRun { Folder = Output, Loss = step => 10 - step, OnLog = onLog };
        run.Settings = run.Settings with { EvaluationSteps = 1 };
        return run.Run();
    }
}
