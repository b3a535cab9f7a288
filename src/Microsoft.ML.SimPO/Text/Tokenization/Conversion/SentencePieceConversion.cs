using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Makes of a SentencePiece file the tokenizer.json that transformers makes of it: for BPE that of Llama or Gemma, for unigram that of T5.</summary>
internal static class SentencePieceConversion
{
    private const string EscapeSpaces = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";

    private const int DefaultSentinels = 100, MaxSentinels = 10_000;

    /// <summary>Whether bytes can be such a file: it begins with its first piece.</summary>
    public static bool IsOf(ReadOnlySpan<byte> content) => content is [0x0A, ..];

    public static TokenizerFamily FamilyOf(TokenizerConversion conversion)
    {
        SentencePieceModel model = SentencePieceModel.Read(conversion.Content, conversion.Path);
        return FamilyOf(conversion, model);
    }

    public static (byte[] Json, IReadOnlyDictionary<string, string> Roles, bool AsSentencePiece) Convert(TokenizerConversion conversion)
    {
        SentencePieceModel model = SentencePieceModel.Read(conversion.Content, conversion.Path);
        CheckMap(model, conversion.Path);
        TokenizerFamily family = FamilyOf(conversion, model);
        bool legacy = conversion.Flag("legacy", true);
        bool prefix = model.AddDummyPrefix && conversion.Flag("add_prefix_space", true);
        // Where nothing but spaces is rewritten, what the user defined is found in what is rewritten, as SentencePiece does.
        bool findsRewritten = model.IsBpe && !prefix;
        var vocabulary = new TokenVocabulary([.. model.Pieces.Select(piece => piece.Text)]);
        var added = new AddedTokenList(conversion, vocabulary);
        AddPieces(model, added, vocabulary, findsRewritten);
        AddSentinels(conversion, model.Pieces.Count, vocabulary, added);
        ConfiguredTokens tokens = conversion.Tokens(family.Roles);
        added.Configure(tokens);
        var json = new TokenizerJson(
            Normalizer(model, legacy, prefix), PreTokenizer(model, legacy, prefix), PostProcessor(conversion, model, tokens, added),
            Decoder(model, legacy, prefix));
        byte[] written = json.Write(added.Tokens, writer =>
        {
            if (model.IsBpe) WriteBpe(writer, model, vocabulary, added, conversion.Path);
            else WriteUnigram(writer, model, added, conversion);
        });
        return (written, added.Roles(tokens), AsSentencePiece: !model.IsBpe);
    }

    private static void CheckMap(SentencePieceModel model, string path)
    {
        try
        {
            if (model.CharacterMap.Length > 0) _ = new PrecompiledMap(model.CharacterMap);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}.", e);
        }
    }

    /// <summary>A family of the other algorithm is not what the file is for.</summary>
    private static TokenizerFamily FamilyOf(TokenizerConversion conversion, SentencePieceModel model)
    {
        TokenizerFamily other = TokenizerFamily.OfVocabulary(VocabularyKind.Model, !model.IsBpe);
        TokenizerFamily named = conversion.FamilyOr(other);
        return named.Kind is FamilyKind.Llama or FamilyKind.Gemma or FamilyKind.T5 ? named : other;
    }

    private static void AddPieces(SentencePieceModel model, AddedTokenList added, TokenVocabulary vocabulary, bool findsRewritten)
    {
        foreach (SentencePieceModel.Piece piece in model.Pieces)
        {
            if (piece.Text.Length == 0) continue;
            int id = vocabulary.Id(piece.Text)!.Value;
            if (piece.Type == SentencePieceType.Control) added.AddSpecial(id, piece.Text);
            else if (piece.Type == SentencePieceType.UserDefined)
                added.Add(new AddedToken(id, piece.Text, false, false, false, Normalized: findsRewritten, Special: false));
        }
        if (model.IsBpe) added.AddSpecial(model.UnknownId, model.Pieces[model.UnknownId].Text);
    }

    /// <summary>Those of T5 have the last ids, counted down; a file that has them itself gets no others.</summary>
    private static void AddSentinels(TokenizerConversion conversion, int first, TokenVocabulary vocabulary, AddedTokenList added)
    {
        if (conversion.Family?.Kind != FamilyKind.T5 || vocabulary.Id("<extra_id_0>") is not null) return;
        int count = conversion.Number("extra_ids", MaxSentinels) ?? DefaultSentinels;
        for (int i = 0; i < count; i++) added.AddSpecial(first + count - 1 - i, string.Create(CultureInfo.InvariantCulture, $"<extra_id_{i}>"));
    }

    private static string? Normalizer(SentencePieceModel model, bool legacy, bool prefix)
    {
        var parts = new List<string>();
        if (model.CharacterMap.Length > 0)
            parts.Add($$"""{"type":"Precompiled","precompiled_charsmap":"{{System.Convert.ToBase64String(model.CharacterMap)}}"}""");
        if (!model.IsBpe)
        {
            parts.Add("""{"type":"Replace","pattern":{"Regex":" +(?![\\s\\S])"},"content":""}""");
            parts.Add("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}""");
            return TokenizerJson.Sequence("normalizers", parts);
        }
        if (model.RemovesExtraSpaces)
        {
            parts.Add("""{"type":"Strip","strip_left":true,"strip_right":true}""");
            parts.Add("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}""");
        }
        if (prefix && legacy) parts.Add("""{"type":"Prepend","prepend":"▁"}""");
        if (legacy || !prefix) parts.Add(EscapeSpaces);
        return TokenizerJson.Sequence("normalizers", parts);
    }

    private static string? PreTokenizer(SentencePieceModel model, bool legacy, bool prefix) => model.IsBpe
        ? !legacy && prefix ? Metaspace("first", splits: false) : null
        : Metaspace(Scheme(legacy, prefix), splits: true);

    private static string Scheme(bool legacy, bool prefix) => !prefix ? "never" : legacy ? "always" : "first";

    private static string Metaspace(string scheme, bool splits) =>
        $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{(splits ? "true" : "false")}}}""";

    private static string Decoder(SentencePieceModel model, bool legacy, bool prefix)
    {
        if (!model.IsBpe) return Metaspace(Scheme(legacy, prefix), splits: true);
        List<string> parts = ["""{"type":"Replace","pattern":{"String":"▁"},"content":" "}""", """{"type":"ByteFallback"}""", """{"type":"Fuse"}"""];
        if (prefix) parts.Add("""{"type":"Strip","content":" ","start":1,"stop":0}""");
        return TokenizerJson.Sequence("decoders", parts)!;
    }

    /// <summary>Llama puts BOS before the text, T5 EOS after it, unless the configuration says otherwise.</summary>
    private static string? PostProcessor(TokenizerConversion conversion, SentencePieceModel model, ConfiguredTokens tokens, AddedTokenList added)
    {
        bool bos = conversion.Flag("add_bos_token", model.IsBpe), eos = conversion.Flag("add_eos_token", !model.IsBpe);
        return TokenizerJson.Template(bos ? Token("bos_token", model.BosId) : null, eos ? Token("eos_token", model.EosId) : null);

        SpecialToken? Token(string role, int otherwise)
        {
            if (tokens.Role(role) is { } token && added.Id(token.Content) is { } id) return new SpecialToken(id, token.Content);
            return (uint)otherwise < (uint)model.Pieces.Count ? new SpecialToken(otherwise, model.Pieces[otherwise].Text) : null;
        }
    }

    private static void WriteBpe(Utf8JsonWriter writer, SentencePieceModel model, TokenVocabulary vocabulary, AddedTokenList added, string path)
    {
        IEnumerable<KeyValuePair<string, int>> pieces =
            vocabulary.Entries.Concat(added.OfVocabulary.Select(token => KeyValuePair.Create(token.Content, token.Id)));
        TokenizerJson.WriteBpe(
            writer, pieces, SentencePieceMerges.Of(model, vocabulary, path), model.Pieces[model.UnknownId].Text, byteFallback: true);
    }

    /// <summary>Its ids are places in a list: what is added stands behind the pieces.</summary>
    private static void WriteUnigram(Utf8JsonWriter writer, SentencePieceModel model, AddedTokenList added, TokenizerConversion conversion)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Unigram");
        writer.WriteNumber("unk_id", model.UnknownId);
        writer.WriteStartArray("vocab");
        foreach (SentencePieceModel.Piece piece in model.Pieces) Write(piece.Text, piece.Score);
        int next = model.Pieces.Count;
        foreach (AddedToken token in added.Tokens.Where(token => token.Id >= model.Pieces.Count))
        {
            if (token.Id != next++)
                throw conversion.Fault(
                    $"expected added tokens with the ids behind its {model.Pieces.Count} pieces, found none of the id {next - 1}, "
                    + $"but `{token.Content}` with {token.Id}.");
            Write(token.Content, 0);
        }
        writer.WriteEndArray();
        writer.WriteBoolean("byte_fallback", model.ByteFallback);
        writer.WriteEndObject();

        void Write(string text, double score)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(text);
            writer.WriteNumberValue(score);
            writer.WriteEndArray();
        }
    }
}
