using System.Net.Http.Json;
using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>A saved model that the sample server has, and that another takes the place of.</summary>
public sealed class ServedModelTests : IDisposable
{
    private static readonly string Sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_model_takes_over_and_a_damaged_one_does_not()
    {
        string served = _folder.In("tuned.zip"), next = _folder.In("next.zip");
        await Tune(served, "train.jsonl");
        await Tune(next, "test.jsonl");
        using ServerProcess server = await ServerProcess.Start(served);
        double before = await Margin(server);

        byte[] damaged = await File.ReadAllBytesAsync(served);
        damaged[damaged.Length / 2] ^= 1;
        foreach (byte[] bytes in new[] { damaged, damaged[..(damaged.Length / 2)] })
        {
            await File.WriteAllBytesAsync(_folder.In("damaged.zip"), bytes);
            File.Move(_folder.In("damaged.zip"), served, overwrite: true);
            Assert.StartsWith($"'{served}' is not taken over: ", await server.NextError(), StringComparison.Ordinal);
            Assert.Equal(before, await Margin(server));
        }

        File.Move(next, served, overwrite: true);
        for (int tries = 0; tries < 600 && await Margin(server) == before; tries++) await Task.Delay(100);
        Assert.NotEqual(before, await Margin(server));
    }

    private static async Task<double> Margin(ServerProcess server)
    {
        var pair = new { prompt = "Where is my order?", chosen = "On its way.", rejected = "Ask somebody else." };
        HttpResponseMessage response = await server.Client.PostAsJsonAsync("v1/score", pair);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("margin").GetDouble();
    }

    private async Task Tune(string zip, string pairs)
    {
        ChildProgram run = await ChildProgram.Run(ChildProgram.Worker, _folder.Path, null,
            "tune-adapter", Path.Combine(Sample, "model"), Path.Combine(Sample, "data", pairs), Path.Combine(Sample, "data", "test.jsonl"), zip);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }
}
