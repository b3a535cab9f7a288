using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Ids, tokens, offsets and texts of transformers, vector by vector.</summary>
[Trait("Category", "Parity")]
public sealed class TokenizerParityTests
{
    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("tokenizers", "vectors.jsonl");

    public static TheoryData<GoldenCase> SentencePieceCases =>
        GoldenCases.Folders("tokenizers", "tokenizer.model", "tokenizer.json", "tokenizer_config.json", "vectors.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Every_vector_is_reproduced(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        CompareAll(HfTokenizer.Load(golden.Path), golden);
    }

    [SkippableTheory]
    [MemberData(nameof(SentencePieceCases))]
    public void Every_vector_is_reproduced_from_the_SentencePiece_file_alone(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var folder = new TokenizerFolder();
        File.Copy(golden.File("tokenizer.model"), Path.Combine(folder.Path, "tokenizer.model"));
        JsonNode config = JsonNode.Parse(File.ReadAllText(golden.File("tokenizer_config.json")))!;
        // Where the prefix is put before the first segment alone, only the configuration can say so.
        JsonNode? preTokenizer = JsonNode.Parse(File.ReadAllText(golden.File("tokenizer.json")))!["pre_tokenizer"];
        if ((string?)preTokenizer?["prepend_scheme"] == "first") config["legacy"] = false;
        folder.Write("tokenizer_config.json", config.ToJsonString());
        CompareAll(HfTokenizer.Load(folder.Path), golden, PartsFromLibrary);
    }

    /// <summary>
    /// Where transformers parts from SentencePiece's own library, that counts for a file of it: this separator is a character that the model does not know, not
    /// white space; and a text that a character map makes anew has other places.
    /// </summary>
    private static bool PartsFromLibrary(JsonElement vector) => vector.GetProperty("text").GetString()!.AsSpan().ContainsAny("\u0085\r\u0323\u1161");

    /// <summary>A process of its own runs without ICU: no text depends on what the host knows of Unicode.</summary>
    [Fact]
    public void Every_vector_and_every_normalization_is_reproduced_in_invariant_mode()
    {
        string[] lines = HookedProcess.Run(InvariantVectors.Variable, "1", settings: ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")).Split('\n');
        int[] counts = [.. lines[0].Split(' ').Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
        int vectors = GoldenCases.Of(Cases).Sum(golden => GoldenFile.ReadLines(golden.File("vectors.jsonl")).Length);
        Assert.Equal([Cases.Count, vectors, NormalizationParityTests.Lines, NormalizationParityTests.OtherCodePoints], counts[..4]);
        Assert.True(counts[4] == 0, $"{counts[4]} differences in {vectors} vectors:\n{string.Join('\n', lines.Skip(1))}");
    }

    /// <summary>Compares every line of a file of vectors and appends what differs.</summary>
    /// <returns>How many lines there are.</returns>
    internal static int Compare(HfTokenizer tokenizer, string file, List<string> differences, Predicate<JsonElement>? without = null)
    {
        int vectors = 0;
        foreach (string line in GoldenFile.ReadLines(file))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            if (without?.Invoke(vector.RootElement) == true) continue;
            Compare(tokenizer, vector.RootElement, differences);
            vectors++;
        }
        return vectors;
    }

    private static void CompareAll(HfTokenizer tokenizer, GoldenCase golden, Predicate<JsonElement>? without = null)
    {
        var differences = new List<string>();
        int vectors = Compare(tokenizer, golden.File("vectors.jsonl"), differences, without);
        Assert.True(vectors > 0, $"There are no vectors in {golden}.");
        Assert.True(differences.Count == 0, $"{differences.Count} differences in {vectors} vectors:\n{string.Join('\n', differences.Take(10))}");
    }

    /// <summary>Compares one vector; cases of other makers may leave out places and texts.</summary>
    /// <param name="places">Whether places are compared.</param>
    internal static void Compare(HfTokenizer tokenizer, JsonElement vector, List<string> differences, bool places = true)
    {
        string text = vector.GetProperty("text").GetString()!;
        HfEncoding encoding = tokenizer.EncodeWithOffsets(text, addSpecialTokens: true);
        int[] ids = Integers(vector.GetProperty("ids"));
        Check("ids", ids, tokenizer.Encode(text, addSpecialTokens: true));
        Check("ids of the encoding", ids, encoding.Ids);
        Check("count", [ids.Length], [tokenizer.CountTokens(text, addSpecialTokens: true)]);
        Check("ids_no_special", Integers(vector.GetProperty("ids_no_special")), tokenizer.Encode(text, addSpecialTokens: false));
        if (places && vector.TryGetProperty("offsets", out JsonElement offsets))
            Check("offsets", offsets.EnumerateArray().Select(o => (o[0].GetInt32(), o[1].GetInt32())), CodePoints(text, encoding.Offsets));
        if (vector.TryGetProperty("limited", out JsonElement limited))
            Check("ids of the configured length", Integers(limited), tokenizer.EncodeToConfiguredLength(text, addSpecialTokens: true).Ids);
        // Cases of other makers may leave the texts out.
        if (vector.TryGetProperty("tokens", out JsonElement tokens))
        {
            Check("tokens", tokens.EnumerateArray().Select(token => token.GetString()!), encoding.Tokens);
            Check("decoded", [vector.GetProperty("decoded").GetString()!], [tokenizer.Decode(ids, skipSpecialTokens: true)]);
            string decoded = vector.GetProperty("decoded_with_special").GetString()!;
            Check("decoded_with_special", [decoded], [tokenizer.Decode(ids, skipSpecialTokens: false)]);
            Check("decoded step by step", [decoded], [Streamed(tokenizer, ids)]);
        }

        void Check<T>(string what, IEnumerable<T> expected, IEnumerable<T> actual)
        {
            if (expected.SequenceEqual(actual)) return;
            differences.Add($"{what} of {JsonSerializer.Serialize(text)}:\n  expected {string.Join(' ', expected)}\n  found    {string.Join(' ', actual)}");
        }
    }

    private static string Streamed(HfTokenizer tokenizer, int[] ids)
    {
        HfIncrementalDecoder decoder = tokenizer.CreateIncrementalDecoder(skipSpecialTokens: false);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }

    /// <summary>The goldens count code points, the library UTF-16 units.</summary>
    private static IEnumerable<(int Start, int End)> CodePoints(string text, IEnumerable<(int Start, int End)> offsets)
    {
        int[] codePoints = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
            codePoints[i + 1] = codePoints[i] + (char.IsHighSurrogate(text[i]) ? 0 : 1);
        return offsets.Select(offset => (codePoints[offset.Start], codePoints[offset.End]));
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];
}
