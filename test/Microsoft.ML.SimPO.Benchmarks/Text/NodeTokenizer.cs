using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Hugging Face tokenizers (Rust) in a process of node's, which encodes the texts whenever it is asked.</summary>
internal sealed class NodeTokenizer : IDisposable
{
    private readonly Process _process;
    private readonly string _texts = Path.GetTempFileName();

    public NodeTokenizer(string tokenizerFile, string[] texts)
    {
        File.WriteAllText(_texts, JsonSerializer.Serialize(texts));
        var start = new ProcessStartInfo("node") { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "speed.mjs", Path.GetFullPath(tokenizerFile), _texts }) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>Whether node and the package are there.</summary>
    public static bool IsThere
    {
        get
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "tokenizers"))) return false;
            string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
            return folders.Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe")));
        }
    }

    private static string Folder { get; } = Path.Combine(Root(), "eng", "tokenizer-fuzz");

    /// <summary>Encodes all texts, one after the other.</summary>
    public int CountTokens()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("node ended before it answered.");
        return int.Parse(line, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_texts);
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.SimPO.sln"))) return folder.FullName;
        return AppContext.BaseDirectory;
    }
}
