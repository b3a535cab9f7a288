namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The run that all others must end like, in a process of its own; once for all tests.</summary>
public sealed class UninterruptedRun : IAsyncLifetime, IDisposable
{
    /// <summary>20 pairs, four a step, three epochs.</summary>
    public const int Steps = 15;

    private readonly TemporaryFolder _folder = new();

    public static string Model { get; } = Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "model");

    public string Train => _folder.In("train.jsonl");

    public string Output => _folder.In("whole");

    /// <summary>Begins a run, or goes on with it, to its end.</summary>
    /// <param name="command">fit for SimPO, fit-dpo and fit-sft for others.</param>
    public static async Task Fit(string train, string output, string command = "fit")
    {
        ChildProgram run = await ChildProgram.Run(ChildProgram.Worker, Path.GetTempPath(), null, command, Model, train, output);
        Assert.Equal(("done", ""), (run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)[^1], run.Error));
    }

    public async Task InitializeAsync()
    {
        File.WriteAllLines(Train, File.ReadLines(Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "data", "train.jsonl")).Take(20));
        await Fit(Train, Output);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}
