using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>Headless Chromium, where the machine has it: Debian's package <c>chromium</c>.</summary>
internal static class Browser
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>The program; null where there is none.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Opens a page and lets its scripts end.</summary>
    /// <param name="page">A file.</param>
    /// <param name="profile">A folder for what the browser writes.</param>
    /// <param name="isDark">Whether its user likes dark pages.</param>
    /// <returns>The document as the browser has it then, and what was written to the console.</returns>
    public static async Task<(string Document, string[] Console)> Open(string page, string profile, bool isDark)
    {
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", $"--user-data-dir={profile}",
            "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom", .. isDark ? ["--force-dark-mode"] : Array.Empty<string>(),
            new Uri(page).AbsoluteUri,
        ];
        var start = new ProcessStartInfo(Path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Task<string> document = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (await document, [.. (await errors).Split('\n').Where(line => line.Contains(":CONSOLE", StringComparison.Ordinal))]);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
