using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A checkpoint goes on only as it was written.</summary>
public sealed class TrainingStateFileTests : IDisposable
{
    private readonly Data.TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "run");

    private string Checkpoint => Path.Combine(Output, "checkpoint-2");

    private string StateFile => Path.Combine(Checkpoint, "trainer_state.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_state_is_read_as_it_was_written()
    {
        TrainingRun run = Run();
        TrainingState state = TrainingStateFile.Read(Checkpoint);
        Assert.Equal((2, 6, 1.0, 1), (state.Step, state.TotalSteps, state.Epoch, state.Seed));
        Assert.Equal(run.Steps.Take(2), state.History);
        Assert.Equal(run.Validations.Take(2).Select(v => (v.Step, v.Loss, v.Figures)), state.Evaluations.Select(v => (v.Step, v.Loss, v.Figures)));
    }

    /// <summary>The first bytes of each file but its own, and a byte in the middle, at the same length.</summary>
    [Theory]
    [InlineData("model.safetensors", 0)]
    [InlineData("model.safetensors", 0.5)]
    [InlineData("optimizer.safetensors", 0.999)]
    public void A_file_that_was_altered_is_named(string name, double where)
    {
        Run();
        string path = Path.Combine(Checkpoint, name);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[(int)(bytes.Length * where)] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal($"The checkpoint '{Checkpoint}': '{name}' was altered since it was written: its SHA-256 is another.", Fault());
        Assert.Equal(2, TrainingStateFile.ReadQuickly(Checkpoint).Step);
    }

    [Fact]
    public void All_faults_are_named_at_once()
    {
        Run();
        File.Delete(Path.Combine(Checkpoint, "model.safetensors"));
        File.AppendAllText(Path.Combine(Checkpoint, "optimizer.safetensors"), "x");
        const string faults = @"2 faults.\n  'model.safetensors' is missing.\n  'optimizer.safetensors' should have (\d+) bytes, but has (\d+).$";
        Assert.Matches($"^The checkpoint '.*checkpoint-2': {faults}", Fault());
    }

    [Theory]
    [InlineData("state")]
    [InlineData("files")]
    [InlineData("hashes")]
    [InlineData("state.settings")]
    [InlineData("state.cutting")]
    [InlineData("state.history")]
    [InlineData("state.history.0")]
    [InlineData("state.history.1.loss")]
    [InlineData("state.evaluations")]
    [InlineData("state.evaluations.1")]
    [InlineData("state.evaluations.1.Metrics")]
    [InlineData("state.evaluations.1.Metrics.Calibration")]
    [InlineData("state.evaluations.1.Metrics.Calibration.0")]
    [InlineData("state.settings.number of pairs")]
    [InlineData("state.seed")]
    [InlineData("hashes.model.safetensors")]
    public void A_null_where_none_belongs_is_a_clear_error(string path)
    {
        Run();
        Edit(root =>
        {
            string[] parts = path == "hashes.model.safetensors" ? ["hashes", "model.safetensors"] : path.Split('.');
            JsonNode node = root;
            foreach (string part in parts[..^1]) node = int.TryParse(part, out int index) ? node[index]! : node[part]!;
            if (int.TryParse(parts[^1], out int last)) node[last] = null;
            else node[parts[^1]] = null;
        });
        Assert.StartsWith($"'{StateFile}' is damaged: ", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_cannot_be_is_a_clear_error()
    {
        Run();
        string whole = File.ReadAllText(StateFile);
        string Of(string name, JsonNode value)
        {
            File.WriteAllText(StateFile, whole);
            Edit(root => root["state"]![name] = value);
            return Fault();
        }
        Assert.Equal($"'{StateFile}' is damaged: It is after step 3, but its history is not that of steps 1 to 3.", Of("step", 3));
        Assert.Equal($"'{StateFile}' is damaged: It is after step -1 of 6.", Of("step", -1));
        Assert.Equal($"'{StateFile}' is damaged: It is after step 2 of 1.", Of("total_steps", 1));
        Assert.StartsWith($"'{StateFile}' is damaged: ", Of("elapsed", "soon"), StringComparison.Ordinal);
        File.WriteAllText(StateFile, whole);
        Edit(root => root["version"] = 3);
        Assert.Equal($"'{StateFile}' has version 3; this library reads 2.", Fault());
        File.WriteAllText(StateFile, whole[..(whole.Length / 2)]);
        Assert.StartsWith($"'{StateFile}' is damaged: ", Fault(), StringComparison.Ordinal);
    }

    /// <summary>Neither hashes nor what became of the rows, and no fingerprints of validation data: it goes on all the same.</summary>
    [Fact]
    public void A_state_of_the_first_version_goes_on()
    {
        TrainingRun whole = Run();
        foreach (string checkpoint in Directory.EnumerateDirectories(Output).Where(d => d != Checkpoint)) Directory.Delete(checkpoint, recursive: true);
        Edit(root =>
        {
            root["version"] = 1;
            root.Remove("hashes");
            JsonObject state = root["state"]!.AsObject();
            foreach (string name in new[] { "started_at", "training_data", "validation_data" }) state.Remove(name);
            state["settings"]!.AsObject().Remove("SHA-256 of the encoded validation pairs");
        });
        using var run = new SmallRun { Folder = Output, Resumes = true, Loss = step => 10 - step };
        TrainingRun resumed = run.Run();
        Assert.Contains($"Info The run goes on from '{Checkpoint}' after step 2 of 6.", run.Log);
        Assert.Equal(whole.Steps.Select(s => (s.Step, s.Loss, s.GradientNorm)), resumed.Steps.Select(s => (s.Step, s.Loss, s.GradientNorm)));
        Assert.Null(resumed.StartedAt);
    }

    [Fact]
    public void A_name_in_it_does_not_lead_out_of_the_folder()
    {
        Run();
        Edit(root => root["files"]!["../checkpoint-4/model.safetensors"] = 1);
        Assert.Equal($"The checkpoint '{Checkpoint}': '../checkpoint-4/model.safetensors' is not the name of a file in it.", Fault());
    }

    private TrainingRun Run()
    {
        using var run = new SmallRun { Folder = Output, Loss = step => 10 - step };
        return run.Run();
    }

    private string Fault() => Assert.Throws<InvalidDataException>(() => TrainingStateFile.Read(Checkpoint)).Message;

    private void Edit(Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(File.ReadAllText(StateFile))!.AsObject();
        change(root);
        File.WriteAllText(StateFile, root.ToJsonString());
    }
}
