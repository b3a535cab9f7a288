using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>This test assembly in a process of its own, which does what <c>StartupHook</c> does for a variable.</summary>
internal static class HookedProcess
{
    /// <param name="variable">The variable that says what to do.</param>
    /// <param name="value">Its value.</param>
    /// <param name="name">A setting of the runtime.</param>
    /// <param name="setting">Its value.</param>
    /// <returns>What it printed.</returns>
    public static string Run(string variable, string value, string name, string setting)
    {
        string assembly = typeof(HookedProcess).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", ["exec", assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The test assembly has no entry point of its own to speak of: the hook runs before it.
        start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
        start.Environment[name] = setting;
        start.Environment[variable] = value;
        using Process child = Process.Start(start)!;
        Task<string> error = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}{Environment.NewLine}{output}{Environment.NewLine}{error.Result}");
        return output;
    }
}
