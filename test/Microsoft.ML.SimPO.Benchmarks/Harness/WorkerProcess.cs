using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>A side's process, seen from the one that compares.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _side;
    private bool _isDisposed;

    public WorkerProcess(string benchmark, string side)
    {
        _side = side;
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (string argument in new[] { Worker.Argument, benchmark, side }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        Ready = Read();
    }

    /// <summary>What a run amounts to.</summary>
    public WorkerReply Ready { get; }

    public WorkerReply Run()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        return Read();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private WorkerReply Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith(Worker.Mark, StringComparison.Ordinal)) return JsonSerializer.Deserialize<WorkerReply>(line[Worker.Mark.Length..])!;
        _process.WaitForExit();
        throw new InvalidOperationException($"The process that measures '{_side}' ended with code {_process.ExitCode} before it answered.");
    }
}
