using System.Text.Json;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Broken files are refused with an error that names the file and what is wrong.</summary>
[Trait("Category", "Parity")]
public sealed class GgufHostileParityTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Every_broken_file_is_a_clear_error_and_every_whole_one_is_accepted()
    {
        string folder = GgufGoldens.Folder("hostile");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "hostile.json")));
        Assert.InRange(document.RootElement.GetArrayLength(), 45, int.MaxValue);
        foreach (JsonElement file in document.RootElement.EnumerateArray())
        {
            string path = Path.Combine(folder, file.GetProperty("file").GetString()!);
            string? error = ErrorOf(path);
            output.WriteLine($"{file.GetProperty("wrong")}: {error}");
            Assert.True(error is not null == (file.GetProperty("expect").GetString() == "error"), $"{path}: {error ?? "accepted"}");
            if (error is not null) Assert.Contains(path, error, StringComparison.Ordinal);
        }
    }

    private static string? ErrorOf(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            LanguageModel.Load(path, ComputePlan.On(CPU)).Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
            return e.Message;
        }
    }
}
