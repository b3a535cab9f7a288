using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Loading of libtorch in processes that find an empty, a shared or a damaged cache of the user.</summary>
public sealed class NativeLoadingTests : IDisposable
{
    private const string Library = "libLibTorchSharp.so";

    private readonly TemporaryFolder _home = new();
    private readonly string _test;

    public NativeLoadingTests()
    {
        _test = _home.In("test.jsonl");
        File.WriteAllLines(_test, File.ReadLines(Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "data", "test.jsonl")).Take(2));
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_processes_may_start_at_once_on_a_fresh_cache()
    {
        ChildProgram[] both = await Task.WhenAll(Score(), Score());
        Assert.All(both, p => Assert.Equal((0, ""), (p.ExitCode, p.Error)));
        Assert.Equal(2, both[0].Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(both[0].Output, both[1].Output);
        Assert.All(Copies(), copy => Assert.Equal(Library, Path.GetFileName(copy))); // no temporary file is left
    }

    [SkippableFact]
    public async Task A_damaged_copy_is_made_anew()
    {
        ChildProgram first = await Score();
        Skip.If(Copies().Length == 0, "TorchSharp's own library loads on this system, so no copy is made.");
        string copy = Assert.Single(Copies());
        byte[] whole = await File.ReadAllBytesAsync(copy);
        foreach (byte[] damaged in new[] { whole[..(whole.Length / 2)], Flipped(whole) })
        {
            await File.WriteAllBytesAsync(copy, damaged);
            ChildProgram again = await Score();
            Assert.Equal((0, "", first.Output), (again.ExitCode, again.Error, again.Output));
            byte[] repaired = await File.ReadAllBytesAsync(copy);
            Assert.True(whole.AsSpan().SequenceEqual(repaired));
        }
    }

    [SkippableFact]
    public async Task Without_libtorch_one_message_says_what_is_missing_and_where_it_was_looked_for()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Names of libraries are those of Linux.");
        string folder = _home.In("app");
        CopyWithoutNatives(Path.GetDirectoryName(ChildProgram.Worker)!, folder);
        ChildProgram run = await ChildProgram.Run(Path.Combine(folder, "Worker.dll"), _home.Path, Home(), "score-model", Model, _test);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("DllNotFoundException: libtorch could not be loaded. ", run.Error, StringComparison.Ordinal);
        Assert.Contains("was not found. Add that package to the application. Looked in: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(folder, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        run = await ChildProgram.Run(Path.Combine(folder, "Worker.dll"), _home.Path, Home(), "describe", Model); // for which nothing is computed
        Assert.Equal((0, "1722048" + Environment.NewLine, ""), (run.ExitCode, run.Output, run.Error));
    }

    [SkippableFact]
    public async Task A_home_that_cannot_be_written_does_not_matter()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        string file = _home.In("a-file");
        await File.WriteAllTextAsync(file, "");
        ChildProgram run = await ChildProgram.Run(ChildProgram.Worker, _home.Path,
            new Dictionary<string, string> { ["XDG_DATA_HOME"] = Path.Combine(file, "below"), ["HOME"] = file }, "score-model", Model, _test);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    private static string Model { get; } = Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "model");

    private Task<ChildProgram> Score() => ChildProgram.Run(ChildProgram.Worker, _home.Path, Home(), "score-model", Model, _test);

    private Dictionary<string, string> Home() => new() { ["XDG_DATA_HOME"] = _home.In("data"), ["HOME"] = _home.Path };

    private string[] Copies() => Directory.Exists(_home.In("data")) ? Directory.GetFiles(_home.In("data"), "*", SearchOption.AllDirectories) : [];

    private static byte[] Flipped(byte[] whole)
    {
        byte[] copy = [.. whole];
        copy[copy.Length / 2] ^= 0xff;
        return copy;
    }

    /// <summary>Without the list of dependencies too: the host refuses to start where a file that it names is missing.</summary>
    private static void CopyWithoutNatives(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)
            .Where(f => Path.GetExtension(f) == ".dll" || f.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
