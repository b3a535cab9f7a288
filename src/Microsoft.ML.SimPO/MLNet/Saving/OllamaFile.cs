using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>The <c>Modelfile</c> beside a GGUF file: what Ollama is told of it.</summary>
internal static class OllamaFile
{
    private const string Name = "Modelfile", FirstLine = "# Written with the GGUF file. To take it in: ollama create NAME -f Modelfile";

    /// <summary>Writes it, where none is that somebody else wrote.</summary>
    /// <param name="ggufPath">The full path of the file.</param>
    /// <returns>A sentence where one was left as it is; else null.</returns>
    public static string? Write(string ggufPath, LanguageModel model)
    {
        string path = Path.Combine(Path.GetDirectoryName(ggufPath)!, Name);
        if (File.Exists(path) && FirstLineOf(path) != FirstLine)
            return $"'{path}' was not written by this library and stays as it is: it need not name '{Path.GetFileName(ggufPath)}'.";
        var text = new StringBuilder(FirstLine).Append('\n').Append("FROM ./").Append(Path.GetFileName(ggufPath)).Append('\n');
        foreach (string stop in model.StopTokens.Select(id => model.Tokenizer.TokenText(id)).OfType<string>())
            text.Append("PARAMETER stop \"").Append(stop.Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"\n");
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()));
        return null;
    }

    private static string? FirstLineOf(string path)
    {
        using var text = new StreamReader(RegularFile.OpenRead(path));
        return text.ReadLine();
    }
}
