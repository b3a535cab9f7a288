using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Which checkpoints of a run are kept.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly Data.TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "run");

    public void Dispose() => _folder.Dispose();

    /// <summary>6 and 5 are passed over, so that the run goes on from 4; that 3 is damaged, too, is found when it comes to choosing.</summary>
    [Fact]
    public void A_damaged_checkpoint_never_outlives_a_whole_one()
    {
        Run(limit: 0).Dispose();
        Assert.Equal([1, 2, 3, 4, 5, 6], Checkpoints());
        Damage(6);
        Damage(5);
        Damage(3);
        using SmallRun run = Run(limit: 3);
        const string altered = "'optimizer.safetensors' was altered since it was written: its SHA-256 is another.";
        Assert.Equal(2, run.Log.Count(l => l.EndsWith(altered, StringComparison.Ordinal)));
        Assert.Contains($"Info The run goes on from '{Path.Combine(Output, "checkpoint-4")}' after step 4 of 6.", run.Log);
        Assert.Equal([4, 5, 6], Checkpoints());
        Assert.All(Checkpoints(), step => TrainingStateFile.Read(Path.Combine(Output, RunFolder.CheckpointName(step))));
    }

    /// <summary>Four that are newer than what the run goes on from are damaged: the first checkpoint it writes is older than all of them, and stays.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_checkpoint_that_was_just_written_outlives_newer_damaged_ones(int limit)
    {
        Run(limit: 0).Dispose();
        foreach (int step in new[] { 3, 4, 5, 6 }) Damage(step);
        using var run = new SmallRun { Folder = Output, Resumes = true };
        run.Settings = run.Settings with { SaveSteps = 1, SaveTotalLimit = limit };
        List<int[]> kept = [];
        run.OnLog = line =>
        {
            if (line.StartsWith("Info step ", StringComparison.Ordinal)) kept.Add(Checkpoints());
        };
        run.Run();
        Assert.Equal([[1, 2, 3, 4, 5, 6], limit == 1 ? [3] : [2, 3], limit == 1 ? [4] : [3, 4], limit == 1 ? [5] : [4, 5]], kept);
        Assert.Equal(limit == 1 ? [6] : [5, 6], Checkpoints());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_vanishes_ends_the_run(bool all)
    {
        using var run = new SmallRun { Folder = Output };
        run.OnLog = line =>
        {
            if (!line.StartsWith("Info step 3/", StringComparison.Ordinal)) return;
            if (all) Directory.Delete(Output, recursive: true);
            else File.Delete(Path.Combine(Output, RunFolder.LogName));
        };
        string message = Assert.Throws<IOException>(() => run.Run()).Message;
        Assert.Equal(
            $"'{Path.Combine(Output, RunFolder.LogName)}' was removed while a run wrote to it: what the run did since is not kept."
            + " Leave `OutputPath` alone until the fit has ended.",
            message);
        Assert.Equal(!all, Directory.Exists(Output));
        Assert.Contains(run.Log, l => l.StartsWith("Info step 3/", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Log, l => l.StartsWith("Info step 4/", StringComparison.Ordinal));
    }

    /// <summary>A second run that waits for the first finds the same file behind its name: two locks on two files would both be had.</summary>
    [Fact]
    public void The_lock_of_a_run_stays_one_file()
    {
        string path = Path.Combine(Output, ".running");
        using (RunFolder.Open(Output, resumes: true))
        {
            File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            string message = Assert.Throws<IOException>(() => RunFolder.Open(Output, resumes: true)).Message;
            Assert.StartsWith("Another run writes to ", message, StringComparison.Ordinal);
        }
        using RunFolder again = RunFolder.Open(Output, resumes: true);
        Assert.Equal(2020, File.GetLastWriteTimeUtc(path).Year);
    }

    [SkippableFact]
    public void A_lock_that_leads_elsewhere_is_refused_and_nothing_is_made_there()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string elsewhere = Path.Combine(_folder.Path, "elsewhere"), path = Path.Combine(Output, ".running");
        Directory.CreateDirectory(Output);
        File.CreateSymbolicLink(path, elsewhere);
        Assert.Equal($"'{path}' is a link, and the lock of a run is none: it would be made where that leads. Remove it.",
            Assert.Throws<IOException>(() => RunFolder.Open(Output, resumes: true)).Message);
        Assert.False(File.Exists(elsewhere));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_lock_is_told()
    {
        string path = Path.Combine(Output, ".running");
        Directory.CreateDirectory(path);
        Assert.Equal($"'{path}' is a folder, where the lock of a run is to be. Remove it, or give another `OutputPath`.",
            Assert.Throws<IOException>(() => RunFolder.Open(Output, resumes: true)).Message);
    }

    private SmallRun Run(int limit)
    {
        var run = new SmallRun { Folder = Output, Resumes = true };
        run.Settings = run.Settings with { SaveSteps = 1, SaveTotalLimit = limit };
        run.Run();
        return run;
    }

    private int[] Checkpoints() => [.. RunFolder.CheckpointsIn(Output)];

    /// <summary>Changes a bit, at the same length.</summary>
    private void Damage(int step)
    {
        string path = Path.Combine(Output, RunFolder.CheckpointName(step), "optimizer.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
