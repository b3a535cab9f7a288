using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Runs in processes of their own that are killed or run out of disk: what was saved is whole, and the end is the same to the bit.</summary>
public sealed class ResumeTests(UninterruptedRun whole, ITestOutputHelper output) : IClassFixture<UninterruptedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Model => UninterruptedRun.Model;

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(3, 1)]
    public Task A_run_that_is_killed_again_and_again_ends_with_the_same_bits(int kills, int seed) => KillAndCompare(kills, seed);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(50, 2)]
    public Task A_run_that_is_killed_fifty_times_ends_with_the_same_bits(int kills, int seed) => KillAndCompare(kills, seed);

    /// <summary>Its reference log-probabilities are computed once, and read by those that go on.</summary>
    [SkippableFact]
    public async Task A_run_over_a_reference_model_that_is_killed_ends_with_the_same_bits()
    {
        Skip.IfNot(OperatingSystem.IsLinux()); // SIGKILL
        string expected = _folder.In("whole-dpo"), output = _folder.In("dpo");
        await UninterruptedRun.Fit(whole.Train, expected, "fit-dpo");
        Assert.True(await KillAfter(output, 2, 10, "fit-dpo"));
        byte[] kept = File.ReadAllBytes(Path.Combine(output, "reference_logps.bin"));
        Assert.True(await KillAfter(output, 3, 0, "fit-dpo"));
        await UninterruptedRun.Fit(whole.Train, output, "fit-dpo");
        AssertSame(expected, output);
        Assert.Equal(kept, File.ReadAllBytes(Path.Combine(output, "reference_logps.bin")));
    }

    /// <summary>Steps of answers alone, whose tokens are counted on from where they were.</summary>
    [SkippableFact]
    public async Task A_run_of_supervised_fine_tuning_that_is_killed_ends_with_the_same_bits()
    {
        Skip.IfNot(OperatingSystem.IsLinux()); // SIGKILL
        string expected = _folder.In("whole-sft"), output = _folder.In("sft");
        await UninterruptedRun.Fit(whole.Train, expected, "fit-sft");
        Assert.True(await KillAfter(output, 4, 5, "fit-sft"));
        await UninterruptedRun.Fit(whole.Train, output, "fit-sft");
        AssertSame(expected, output);
    }

    [SkippableFact]
    public async Task A_full_disk_leaves_the_last_good_state_and_says_so()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        string output = _folder.In("run");
        ChildProgram cancelled = await ChildProgram.Run(ChildProgram.Worker, _folder.Path, null, "fit", Model, whole.Train, output, "2");
        Assert.Equal(("cancelled", ""), (Lines(cancelled.Output)[^1], cancelled.Error));
        string[] before = Listing(output);

        // A file may have 10,000 KiB: the weights fit, the optimizer's moments do not.
        ChildProgram full = await ChildProgram.RunLimited("ulimit -f 10000", ChildProgram.Worker, _folder.Path, "fit", Model, whole.Train, output);
        Assert.Equal(1, full.ExitCode);
        string checkpoint = Path.Combine(output, "checkpoint-3");
        Assert.StartsWith($"IOException: The state after step 3 could not be written to '{checkpoint}': ", full.Error, StringComparison.Ordinal);
        Assert.EndsWith("The newest whole one is 'checkpoint-2': make room and set `ResumeFrom` to Auto to go on from there.", full.Error.TrimEnd(),
            StringComparison.Ordinal);
        Assert.Equal(before, Listing(output));

        await Finish(output);
        AssertSame(whole.Output, output);
    }

    private async Task KillAndCompare(int kills, int seed)
    {
        Skip.IfNot(OperatingSystem.IsLinux()); // SIGKILL
        var random = new Random(seed);
        int run = 0;
        for (int done = 0; done < kills;)
        {
            string folder = _folder.In(string.Create(CultureInfo.InvariantCulture, $"run-{run}"));
            if (await KillAfter(folder, random.Next(1, 8), random.Next(0, 60)) && ++done < kills) continue;
            // It is over, or this was the last kill: what it ends with is compared, and the next begins anew.
            await Finish(folder);
            AssertSame(whole.Output, folder);
            Directory.Delete(folder, recursive: true);
            run++;
        }
        output.WriteLine(FormattableString.Invariant($"{kills} kills in {run} runs, all of which ended with the same bits"));
    }

    /// <returns>Whether the run was killed while it trained: not where it had ended before.</returns>
    private async Task<bool> KillAfter(string output, int steps, int milliseconds, string command = "fit")
    {
        var start = new ProcessStartInfo(
            "dotnet", [ChildProgram.Worker, command, Model, whole.Train, output]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        bool trains = true;
        for (int seen = 0; seen < steps && trains; seen++)
            trains = await process.StandardOutput.ReadLineAsync() is { } line && line != "done";
        if (trains)
        {
            await Task.Delay(milliseconds);
            process.Kill();
        }
        await process.WaitForExitAsync();
        return process.ExitCode == 137;
    }

    private Task Finish(string output) => UninterruptedRun.Fit(whole.Train, output);

    private static void AssertSame(string expected, string found)
    {
        string last = string.Create(CultureInfo.InvariantCulture, $"checkpoint-{UninterruptedRun.Steps}");
        foreach (string file in new[] { "model.safetensors", "optimizer.safetensors" })
            Assert.Equal(Hash(Path.Combine(expected, last, file)), Hash(Path.Combine(found, last, file)));
        Assert.Equal(Figures(expected), Figures(found));
        // Three checkpoints are kept, and nothing half done lies about.
        Assert.Equal(Listing(expected).Select(l => l.Split(' ')[0]), Listing(found).Select(l => l.Split(' ')[0]));
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    /// <summary>Every file of every checkpoint with its content's hash, and whatever else lies there.</summary>
    private static string[] Listing(string output) =>
    [
        .. Directory.EnumerateFiles(output, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(f => Path.GetFileName(f) != "trainer_log.jsonl")
            .Select(f => $"{Path.GetRelativePath(output, f)} {Hash(f)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>The log without what the clock says.</summary>
    private static string[] Figures(string output) =>
    [
        .. File.ReadLines(Path.Combine(output, "trainer_log.jsonl")).Select(l => string.Join(' ', JsonDocument.Parse(l).RootElement.EnumerateObject()
            .Where(p => p.Name is not ("elapsed_seconds" or "tokens_per_second")).Select(p => p.ToString()))),
    ];

    private static string[] Lines(string output) => output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
