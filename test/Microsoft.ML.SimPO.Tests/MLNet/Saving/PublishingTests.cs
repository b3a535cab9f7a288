using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Processes that are killed at a system call of publishing, or whose call fails: what was there is there, or what was to come, whole; the user's own files are
/// where they were; and the next that writes leaves nothing else.
/// </summary>
public sealed class PublishingTests(ITestOutputHelper output) : IDisposable
{
    private const string Calls = "write,pwrite64,pwritev,fsync,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,chmod,fchmod,ftruncate,fallocate";

    private const string Strace = "/usr/bin/strace";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Each call of a kind, the n-th of them by the thread that publishes; how many there are says a run that is left alone.</summary>
    [SkippableTheory]
    [InlineData("file", 4)]
    [InlineData("folder", 6)]
    [InlineData("pair", 12)]
    [Trait("Category", "Crash")]
    public void A_process_that_is_killed_leaves_what_was_there_or_what_was_to_come(string what, int every) => KillAtEach(what, every);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("pair")]
    public void A_process_that_is_killed_at_any_call_leaves_what_was_there_or_what_was_to_come(string what) => KillAtEach(what, 1);

    /// <summary>.NET's own flushing says nothing of it.</summary>
    [SkippableTheory]
    [InlineData("file", "EIO", "Input/output error")]
    [InlineData("folder", "EIO", "Input/output error")]
    [InlineData("folder", "ENOSPC", "No space left on device")]
    public void Where_the_disk_does_not_take_it_nothing_is_published(string what, string error, string text)
    {
        Skip.IfNot(File.Exists(Strace), "strace injects the failure.");
        Prepare(what);
        for (int call = 1; call <= 2; call++)
        {
            (int exitCode, string said, string trouble) = HookedProcess.RunUnder(
                [Strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", $"inject=fsync:error={error}:when={call}"], Publishing.Variable,
                $"{what} {_folder.Path}");
            Assert.True(exitCode == 3, $"{exitCode} {said} {trouble}");
            Assert.EndsWith($"could not be written to the disk: {text}.", said.TrimEnd(), StringComparison.Ordinal);
            if (what == "folder") Assert.Equal(Publishing.OldLength, StateOf(what));
            CheckAfterNext(what);
            Prepare(what);
        }
    }

    private void KillAtEach(string what, int every)
    {
        Skip.IfNot(File.Exists(Strace), "strace kills the process at a call.");
        (int first, int last) = FindCalls(what);
        int old = 0, published = 0;
        for (int call = first + (every / 2); call <= last; call += every)
        {
            Prepare(what);
            (int exitCode, string said, string error) = HookedProcess.RunUnder(
                [Strace, "-f", "-qq", "-o", "/dev/null", "-e", $"trace={Calls}", "-e", $"inject={Calls}:signal=SIGKILL:when={call}"],
                Publishing.Variable, $"{what} {_folder.Path}");
            Assert.True(exitCode is 137 or -9 or 0, $"call {call} of {first} to {last}: exit code {exitCode} {said} {error}");
            int length = StateOf(what);
            if (length == Publishing.OldLength) old++;
            else published++;
            Assert.True(length is Publishing.OldLength or Publishing.NewLength, $"call {call} of {first} to {last} left {length}");
            CheckAfterNext(what);
        }
        output.WriteLine($"{what}: {last - first + 1} calls, {old} times what was there, {published} times what was to come");
    }

    private void Prepare(string what)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(_folder.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }).ToList())
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        if (what == "file") File.WriteAllBytes(_folder.File("a.bin"), new byte[Publishing.OldLength]);
        else if (what == "folder")
        {
            Publishing.WriteFolder(_folder.File("model"), Publishing.OldLength);
            _folder.Write("model/notes.txt", "mine");
        }
        else
        {
            var context = new MLContext(seed: 1);
            using AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model, new ScoringOptions { Beta = 2, ExternalWeights = "weights" });
            context.Model.SaveAtomically(model, null, _folder.File("m.zip"));
            _folder.Write("weights/notes.txt", "mine");
        }
    }

    /// <summary>What whoever reads it finds, in the length of the old or the new; anything else fails.</summary>
    private int StateOf(string what)
    {
        if (what == "file") return (int)new FileInfo(_folder.File("a.bin")).Length;
        if (what == "folder")
        {
            AtomicFolder.Recover(_folder.File("model"));
            Assert.Equal("mine", File.ReadAllText(_folder.File("model", "notes.txt")));
            long[] lengths = [.. new[] { "config.json", "model.safetensors" }.Select(f => new FileInfo(_folder.File("model", f)).Length)];
            return lengths[0] == lengths[1] ? (int)lengths[0] : -1;
        }
        using var loaded = (AlignmentTransformer)new MLContext().Model.Load(_folder.File("m.zip"), out _);
        Assert.Equal("mine", File.ReadAllText(_folder.File("weights", "notes.txt")));
        bool isNew = loaded.Model.Decoder.FinalNorm.Weight.Value.data<float>().ToArray().All(v => v == 0.5f);
        return (loaded.Beta, isNew) switch { (2, false) => Publishing.OldLength, (4, true) => Publishing.NewLength, _ => -1 };
    }

    private void CheckAfterNext(string what)
    {
        foreach (string file in Directory.EnumerateFiles(_folder.Path, ".*", new EnumerationOptions { AttributesToSkip = 0 }))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        foreach (string folder in Directory.EnumerateDirectories(_folder.Path, ".*", new EnumerationOptions { AttributesToSkip = 0 }))
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-2));
        Assert.Equal(0, Publishing.Run($"{what} {_folder.Path}"));
        Assert.Equal(Publishing.NewLength, StateOf(what));
        Assert.Equal(what switch { "file" => ["a.bin"], "folder" => ["model"], _ => ["m.zip", "weights"] }, Directory
            .EnumerateFileSystemEntries(_folder.Path, "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(e => Path.GetFileName(e))
            .Order(StringComparer.Ordinal));
        if (what == "folder") Assert.DoesNotContain(_folder.Names(), n => n.Contains(".writing", StringComparison.Ordinal));
    }

    /// <summary>The first and the last call of the thread that publishes, counted from its start.</summary>
    private (int First, int Last) FindCalls(string what)
    {
        Prepare(what);
        string log = Path.GetTempFileName();
        try
        {
            (int exitCode, string said, string error) = HookedProcess.RunUnder(
                [Strace, "-f", "-qq", "-o", log, "-e", $"trace={Calls}"], Publishing.Variable, $"{what} {_folder.Path}");
            Assert.True(exitCode == 0, $"{said} {error}");
            string[] lines =
                [.. File.ReadLines(log).Where(l => !l.Contains("---", StringComparison.Ordinal) && !l.Contains("resumed>", StringComparison.Ordinal))];
            string thread = lines.First(l => l.Contains(_folder.Path, StringComparison.Ordinal)).Split(' ')[0];
            string[] own = [.. lines.Where(l => l.StartsWith($"{thread} ", StringComparison.Ordinal))];
            bool IsMeant(string line) => line.Contains(_folder.Path, StringComparison.Ordinal);
            return (Array.FindIndex(own, IsMeant) + 1, Array.FindLastIndex(own, IsMeant) + 2);
        }
        finally
        {
            File.Delete(log);
        }
    }
}
