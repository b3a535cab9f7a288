namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>A model with a LoRA adapter that goes from one process to another.</summary>
public sealed class AdapterTests
{
    [Fact]
    public async Task A_saved_model_with_an_adapter_scores_the_same_to_the_bit_in_another_process()
    {
        using var folder = new TemporaryFolder();
        string sample = Path.GetDirectoryName(ChildProgram.QuickStart)!, test = folder.In("test.jsonl"), zip = folder.In("model.zip");
        string Data(string name) => Path.Combine(sample, "data", name);
        File.WriteAllLines(test, File.ReadLines(Data("test.jsonl")).Take(4));
        ChildProgram tuned =
            await ChildProgram.Run(ChildProgram.Worker, folder.Path, null, "tune-adapter", Path.Combine(sample, "model"), Data("train.jsonl"), test, zip);
        Assert.Equal((0, ""), (tuned.ExitCode, tuned.Error));
        ChildProgram loaded = await ChildProgram.Run(ChildProgram.Worker, folder.Path, null, "score-zip", zip, test);
        Assert.Equal((0, ""), (loaded.ExitCode, loaded.Error));
        Assert.Equal(4, loaded.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(tuned.Output, loaded.Output);
        ChildProgram untuned = await ChildProgram.Run(ChildProgram.Worker, folder.Path, null, "score-model", Path.Combine(sample, "model"), test);
        Assert.NotEqual(tuned.Output, untuned.Output);
    }
}
