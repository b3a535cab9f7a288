using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The sample as it stands, run once for all tests that look at what it left.</summary>
public sealed class QuickStartRun : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Output { get; private set; } = "";

    public JsonElement Result { get; private set; }

    public string Checkpoint => _folder.In("output", "tuned");

    public string Zip => _folder.In("output", "tuned.zip");

    public async Task InitializeAsync()
    {
        string json = _folder.In("RESULT.json");
        ChildProgram run = await ChildProgram.Run(ChildProgram.QuickStart, _folder.Path, null, "--json", json);
        Assert.True(run.ExitCode == 0, run.Error);
        Output = run.Output;
        Result = JsonDocument.Parse(await File.ReadAllBytesAsync(json)).RootElement;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}
