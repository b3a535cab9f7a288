using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Any number of distinct rows made from a few real ones: a third of the words of each turn are exchanged for words that stand elsewhere in the data.
/// </summary>
internal static class SubstitutedRows
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes JSON Lines in the layout of the original; which words are exchanged depends on the seed alone.</summary>
    public static void Write(string original, string path, int rows, long seed)
    {
        string[] texts = [.. JsonNode.Parse(File.ReadAllBytes(original))!.AsArray().Select(row => row!.ToJsonString(Json))];
        string[] words = [.. texts.SelectMany(text => text.Split(' ')).Where(IsWord).Distinct(StringComparer.Ordinal)];
        var random = new SeededRandom(seed);
        using var writer = new StreamWriter(path);
        for (int i = 0; i < rows; i++)
        {
            JsonNode row = JsonNode.Parse(texts[i % texts.Length])!;
            foreach (JsonNode? turn in row["conversations"]!.AsArray().Append(row["chosen"]).Append(row["rejected"]))
                turn!["value"] = Exchange(turn["value"]!.GetValue<string>(), words, random);
            writer.Write(row.ToJsonString(Json));
            writer.Write('\n');
        }
    }

    private static string Exchange(string text, string[] words, SeededRandom random) =>
        string.Join(' ', text.Split(' ').Select(word => IsWord(word) && random.Below(3) == 0 ? words[random.Below(words.Length)] : word));

    private static bool IsWord(string text) => text.Length > 0 && text.All(char.IsAsciiLetter);
}
