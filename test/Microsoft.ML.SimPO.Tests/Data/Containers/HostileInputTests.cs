using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Files that are damaged or made to harm, read in a process of their own with little memory: a clear error or the rows, in bounded time and memory, and never a crash.
/// </summary>
public class HostileInputTests
{
    [Fact]
    public void Five_hundred_mutated_files_are_read_or_refused_with_a_clear_error() => RunChild(500, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    public void Five_thousand_mutated_files_are_read_or_refused_with_a_clear_error() => RunChild(5000, seed: 2);

    private static void RunChild(int count, long seed)
    {
        string assembly = typeof(HostileInputTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", ["exec", assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test assembly has no entry point of its own to speak of: the hook runs before it.
        start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x10000000";
        start.Environment[MutatedFiles.Variable] = string.Create(CultureInfo.InvariantCulture, $"{count} {seed}");
        using Process child = Process.Start(start)!;
        Task<string> error = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}{Environment.NewLine}{output}{Environment.NewLine}{error.Result}");
        string[] result = output.Trim().Split(' ');
        Assert.Equal(count, int.Parse(result[0], CultureInfo.InvariantCulture) + int.Parse(result[1], CultureInfo.InvariantCulture));
        Assert.InRange(long.Parse(result[2], CultureInfo.InvariantCulture), 1, 800L << 20);
    }
}
