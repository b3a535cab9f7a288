using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>vocab.txt: words and their continuations, a piece a line, as BERT has them.</summary>
internal static class WordsConversion
{
    private const int MaxWordLength = 100;

    public static (byte[] Json, IReadOnlyDictionary<string, string> Roles, bool AsSentencePiece) Convert(TokenizerConversion conversion)
    {
        TokenizerFamily family = conversion.FamilyOr(TokenizerFamily.OfVocabulary(VocabularyKind.Words));
        var pieces = new List<string>();
        foreach (string line in VocabularyLines.Of(conversion.Content, conversion.Path))
        {
            conversion.CheckRoom(pieces.Count);
            pieces.Add(line);
        }
        var vocabulary = new TokenVocabulary(pieces);
        var added = new AddedTokenList(conversion, vocabulary);
        ConfiguredTokens tokens = conversion.Tokens(family.Roles);
        added.Configure(tokens);
        IReadOnlyDictionary<string, string> roles = added.Roles(tokens);
        string unknown = roles.GetValueOrDefault("unk_token") ?? throw conversion.Fault("expected a piece for unknown words, found none.");
        bool lowercase = conversion.Flag("do_lower_case", true), splitsChinese = conversion.Flag("tokenize_chinese_chars", true);
        string accents = conversion.Flag("strip_accents") is { } strips ? Of(strips) : "null";
        string normalizer = $$"""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":{{Of(splitsChinese)}},"strip_accents":{{accents}},"""
            + $$""" "lowercase":{{Of(lowercase)}}}""";
        var json = new TokenizerJson(
            normalizer, """{"type":"BertPreTokenizer"}""", TokenizerJson.Template(Token("cls_token"), Token("sep_token")),
            """{"type":"WordPiece","prefix":"##","cleanup":true}""");
        byte[] written = json.Write(added.Tokens, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", "WordPiece");
            writer.WriteString("unk_token", unknown);
            writer.WriteString("continuing_subword_prefix", "##");
            writer.WriteNumber("max_input_chars_per_word", MaxWordLength);
            TokenizerJson.Write(writer, vocabulary.Entries.Concat(added.OfVocabulary.Select(token => KeyValuePair.Create(token.Content, token.Id))));
            writer.WriteEndObject();
        });
        return (written, roles, false);

        SpecialToken? Token(string role) => roles.TryGetValue(role, out string? text) ? new SpecialToken(added.Id(text)!.Value, text) : null;

        static string Of(bool flag) => flag ? "true" : "false";
    }
}
