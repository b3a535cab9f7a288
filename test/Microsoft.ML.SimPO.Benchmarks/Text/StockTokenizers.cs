using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What Microsoft.ML.Tokenizers has for a byte-level vocabulary.</summary>
internal static class StockTokenizers
{
    private static readonly Regex Words = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.Compiled);

    public static Tokenizer Bpe(string tokenizerFile)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(tokenizerFile));
        JsonElement model = document.RootElement.GetProperty("model");
        var options = new BpeOptions(Entries(model))
        {
            Merges = [.. model.GetProperty("merges").EnumerateArray()
                .Select(merge => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}")],
            PreTokenizer = new RegexPreTokenizer(Words, null),
            ByteLevel = true,
        };
        return BpeTokenizer.Create(options);
    }

    /// <summary>Its file has the bytes of each token and its rank; in GPT-2's vocabulary the id is the rank.</summary>
    public static Tokenizer Tiktoken(string tokenizerFile)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(tokenizerFile));
        var lines = new StringBuilder();
        foreach ((string token, int id) in Entries(document.RootElement.GetProperty("model")).OrderBy(entry => entry.Value))
        {
            int[] bytes = [.. token.Select(ByteAlphabet.Byte)];
            // Special tokens are written as they are.
            if (bytes.All(value => value >= 0))
                lines.Append(Convert.ToBase64String([.. bytes.Select(value => (byte)value)])).Append(' ').Append(id).Append('\n');
        }
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(lines.ToString()));
        return TiktokenTokenizer.Create(stream, new RegexPreTokenizer(Words, null), null);
    }

    private static List<KeyValuePair<string, int>> Entries(JsonElement model) =>
        [.. model.GetProperty("vocab").EnumerateObject().Select(token => KeyValuePair.Create(token.Name, token.Value.GetInt32()))];
}
