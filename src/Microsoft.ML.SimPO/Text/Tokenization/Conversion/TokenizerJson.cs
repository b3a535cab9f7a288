using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>A tokenizer.json in its parts, each as JSON; null for none.</summary>
internal sealed record TokenizerJson(string? Normalizer, string? PreTokenizer, string? PostProcessor, string Decoder)
{
    /// <param name="added">By id.</param>
    /// <param name="model">Writes what the member "model" is.</param>
    public byte[] Write(IEnumerable<AddedToken> added, Action<Utf8JsonWriter> model)
    {
        var json = new ArrayBufferWriter<byte>(1 << 16); // over a stream a writer holds all of it as well
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.0");
            writer.WriteNull("truncation");
            writer.WriteNull("padding");
            writer.WriteStartArray("added_tokens");
            foreach (AddedToken token in added) Write(writer, token);
            writer.WriteEndArray();
            Write(writer, "normalizer", Normalizer);
            Write(writer, "pre_tokenizer", PreTokenizer);
            Write(writer, "post_processor", PostProcessor);
            Write(writer, "decoder", Decoder);
            writer.WritePropertyName("model");
            model(writer);
            writer.WriteEndObject();
        }
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Several parts of a kind one after the other; null for none, and one as it is.</summary>
    public static string? Sequence(string list, params IReadOnlyList<string> parts) => parts switch
    {
        [] => null,
        [var part] => part,
        _ => $$"""{"type":"Sequence","{{list}}":[{{string.Join(',', parts)}}]}""",
    };

    /// <summary>The post-processor that puts tokens around a text; null for none.</summary>
    public static string? Template(SpecialToken? before, SpecialToken? after)
    {
        SpecialToken[] tokens = [.. new[] { before, after }.OfType<SpecialToken>().DistinctBy(token => token.Text)];
        if (tokens.Length == 0) return null;
        string known = string.Join(',', tokens.Select(Known));
        string around = $"[{Around("A", 0)}]", both = $"[{Around("A", 0)},{Around("B", 1)}]";
        return $$$"""{"type":"TemplateProcessing","single":{{{around}}},"pair":{{{both}}},"special_tokens":{ {{{known}}} }}""";

        static string Known(SpecialToken token)
        {
            string text = JsonText.Quote(token.Text);
            return $$"""{{text}}:{"id":{{text}},"ids":[{{token.Id}}],"tokens":[{{text}}]}""";
        }

        string Around(string name, int type)
        {
            string sequence = $$$"""{"Sequence":{"id":"{{{name}}}","type_id":{{{type}}}}}""";
            return string.Join(',', new[] { Of(before), sequence, Of(after) }.Where(part => part.Length > 0));

            string Of(SpecialToken? given) =>
                given is not { } token ? "" : $$$"""{"SpecialToken":{"id":{{{JsonText.Quote(token.Text)}}},"type_id":{{{type}}}}}""";
        }
    }

    /// <summary>Writes a model of merges.</summary>
    /// <param name="unknown">The token of what has none; null for none.</param>
    /// <param name="pieces">Texts and ids.</param>
    /// <param name="merges">Pairs of texts, the first to join first.</param>
    public static void WriteBpe(
        Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, int>> pieces, IEnumerable<(string Left, string Right)> merges,
        string? unknown = null, bool byteFallback = false, bool ignoresMerges = false)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteString("unk_token", unknown);
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", unknown is not null);
        writer.WriteBoolean("byte_fallback", byteFallback);
        writer.WriteBoolean("ignore_merges", ignoresMerges);
        Write(writer, pieces);
        Write(writer, [.. merges]);
        writer.WriteEndObject();
    }

    /// <summary>Writes the member "vocab".</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, int>> pieces)
    {
        writer.WriteStartObject("vocab");
        foreach ((string text, int id) in pieces.OrderBy(piece => piece.Value)) writer.WriteNumber(text, id);
        writer.WriteEndObject();
    }

    /// <summary>As all versions read them, but where a part has a space in it.</summary>
    private static void Write(Utf8JsonWriter writer, (string Left, string Right)[] merges)
    {
        bool arePairs = Array.Exists(merges, merge => merge.Left.Contains(' ') || merge.Right.Contains(' '));
        writer.WriteStartArray("merges");
        foreach ((string left, string right) in merges)
        {
            if (arePairs) writer.WriteRawValue($"[{JsonText.Quote(left)},{JsonText.Quote(right)}]");
            else writer.WriteStringValue($"{left} {right}");
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, AddedToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Id);
        writer.WriteString("content", token.Content);
        writer.WriteBoolean("single_word", token.SingleWord);
        writer.WriteBoolean("lstrip", token.LeftStrip);
        writer.WriteBoolean("rstrip", token.RightStrip);
        writer.WriteBoolean("normalized", token.Normalized);
        writer.WriteBoolean("special", token.Special);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, string? json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json ?? "null");
    }
}
