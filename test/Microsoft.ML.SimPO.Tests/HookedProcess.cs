using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>This test assembly in a process of its own, which does what <c>StartupHook</c> does for a variable.</summary>
internal static class HookedProcess
{
    /// <param name="variable">The variable that says what to do.</param>
    /// <param name="value">Its value.</param>
    /// <param name="folder">Its current folder; null for that of this process.</param>
    /// <param name="settings">Settings of the runtime.</param>
    /// <returns>What it printed.</returns>
    public static string Run(string variable, string value, string? folder = null, params (string Name, string Value)[] settings)
    {
        (int exitCode, string output, string error) = RunUnder([], variable, value, folder, settings);
        Assert.True(exitCode == 0, $"exit code {exitCode}{Environment.NewLine}{output}{Environment.NewLine}{error}");
        return output;
    }

    /// <summary>Runs it as the argument of another program, such as <c>strace</c>, whatever becomes of it.</summary>
    public static (int ExitCode, string Output, string Error) RunUnder(
        string[] program, string variable, string value, string? folder = null, params (string Name, string Value)[] settings)
    {
        string assembly = typeof(HookedProcess).Assembly.Location;
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. program, host, "exec", assembly];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test assembly has no entry point of its own to speak of: the hook runs before it.
        start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
        foreach ((string name, string setting) in settings) start.Environment[name] = setting;
        start.Environment[variable] = value;
        using Process child = Process.Start(start)!;
        Task<string> error = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output, error.Result);
    }
}
