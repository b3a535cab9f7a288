using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>How files of a tokenizer are written: letters as they are.</summary>
internal static class JsonText
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A text in quotes.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, Indented);
}
