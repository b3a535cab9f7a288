using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The sample server in a process of its own, on a port that the machine chooses.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _errors = Channel.CreateUnbounded<string>();

    private ServerProcess(string model)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [ChildProgram.ChatServer, model, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        _process.ErrorDataReceived += (_, e) => _errors.Writer.TryWrite(e.Data ?? "");
        _process.BeginErrorReadLine();
    }

    public HttpClient Client { get; } = new();

    /// <returns>When it listens.</returns>
    public static async Task<ServerProcess> Start(string model)
    {
        var server = new ServerProcess(model);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await server._process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Address().Match(line) is not { Success: true } match) continue;
            server.Client.BaseAddress = new Uri(match.Value);
            _ = server._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return server;
        }
        server.Dispose();
        throw new InvalidOperationException("The server ended.");
    }

    /// <summary>Waits for a line on standard error, and takes it.</summary>
    public async Task<string> NextError()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        return await _errors.Reader.ReadAsync(limit.Token);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        Client.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
