using System.Diagnostics;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>A .NET program of this repository, run in a process of its own.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">All of standard output.</param>
/// <param name="Error">All of standard error.</param>
internal sealed record ChildProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string QuickStart { get; } = BinaryOf("samples", "QuickStart");

    public static string ModelSelection { get; } = BinaryOf("samples", "ModelSelection");

    public static string CompareMethods { get; } = BinaryOf("samples", "CompareMethods");

    public static string SelfImprove { get; } = BinaryOf("samples", "SelfImprove");

    public static string ChatServer { get; } = BinaryOf("samples", "ChatServer");

    /// <summary>The command <c>simpo</c>.</summary>
    public static string Command { get; } = Path.Combine(Path.GetDirectoryName(BinaryOf("src", "Microsoft.ML.SimPO.Cli"))!, "simpo.dll");

    public static string Worker { get; } = BinaryOf("test", "Microsoft.ML.SimPO.EndToEndTests", "Worker");

    /// <param name="binary">Its dll.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Variables that are set for it.</param>
    /// <param name="arguments">Its command line.</param>
    public static Task<ChildProgram> Run(string binary, string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Dotnet(folder, environment, [binary, .. arguments]);

    /// <summary>The .NET command line.</summary>
    public static Task<ChildProgram> Dotnet(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Dotnet(folder, environment, "", arguments);

    /// <summary>The .NET command line, which reads a text.</summary>
    public static async Task<ChildProgram> Dotnet(string folder, IReadOnlyDictionary<string, string>? environment, string input, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return await Run(start, input);
    }

    /// <summary>Any program.</summary>
    public static Task<ChildProgram> Start(string program, string folder, params string[] arguments) =>
        Run(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder });

    /// <summary>Runs a program behind a limit of the shell, as <c>ulimit -f 10000</c>.</summary>
    public static Task<ChildProgram> RunLimited(string limit, string binary, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", ["-c", limit + "; exec dotnet \"$@\"", "bash", binary, .. arguments]) { WorkingDirectory = folder };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the run time's own shared memory is a file to such limits
        return Run(start);
    }

    private static async Task<ChildProgram> Run(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = true;
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using Process process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Limit);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token), error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new ChildProgram(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string BinaryOf(params string[] project)
    {
        // As these tests were built: bin/CONFIGURATION/FRAMEWORK.
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine([Root, .. project, "bin", framework.Parent!.Name, framework.Name, project[^1] + ".dll"]);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.SimPO.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds Microsoft.ML.SimPO.sln.");
    }
}
