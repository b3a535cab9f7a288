using System.Text.Json;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>vocab.json with merges.txt: bytes of words, as GPT-2, Qwen 2 and RoBERTa cut them.</summary>
internal static class MergesConversion
{
    private const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Header = "#version";

    public static (byte[] Json, IReadOnlyDictionary<string, string> Roles, bool AsSentencePiece) Convert(TokenizerConversion conversion, string merges)
    {
        TokenizerFamily family = conversion.FamilyOr(TokenizerFamily.OfVocabulary(VocabularyKind.Merges));
        TokenVocabulary vocabulary = Vocabulary(conversion);
        var added = new AddedTokenList(conversion, vocabulary);
        ConfiguredTokens tokens = conversion.Tokens(family.Roles);
        added.Configure(tokens);
        if (family.Kind == FamilyKind.Roberta && tokens.Role("mask_token") is { } mask && added.Id(mask.Content) is { } maskId)
            added.Add(added.Tokens.Single(token => token.Id == maskId) with { LeftStrip = true });
        IReadOnlyDictionary<string, string> roles = added.Roles(tokens);
        IEnumerable<KeyValuePair<string, int>> pieces =
            vocabulary.Entries.Concat(added.OfVocabulary.Select(token => KeyValuePair.Create(token.Content, token.Id)));
        byte[] json = Parts(conversion, family.Kind, name => roles.TryGetValue(name, out string? text) ? new SpecialToken(added.Id(text)!.Value, text) : null)
            .Write(added.Tokens, writer => TokenizerJson.WriteBpe(writer, pieces, Merges(conversion, merges, vocabulary)));
        return (json, roles, false);
    }

    private static TokenizerJson Parts(TokenizerConversion conversion, FamilyKind kind, Func<string, SpecialToken?> tokenOf)
    {
        bool prefix = conversion.Flag("add_prefix_space", false);
        if (kind == FamilyKind.Qwen2)
        {
            if (prefix) throw new NotSupportedException(
                $"{conversion.Files.PathOf(ConfiguredTokens.ConfigFile)}: 'add_prefix_space' of a Qwen2Tokenizer is not supported, as in transformers.");
            string split = $$"""{"type":"Split","pattern":{"Regex":{{JsonText.Quote(Qwen2Pattern)}}},"behavior":"Isolated","invert":false}""";
            string steps = TokenizerJson.Sequence("pretokenizers", split, ByteLevel(prefix: false, trims: false, usesPattern: false))!;
            return new TokenizerJson("""{"type":"NFC"}""", steps, ByteLevel(false, false, false), ByteLevel(false, false, false));
        }
        string words = ByteLevel(prefix, trims: true, usesPattern: true), bytes = ByteLevel(prefix: true, trims: true, usesPattern: true);
        if (kind == FamilyKind.Roberta && tokenOf("cls_token") is { } cls && tokenOf("sep_token") is { } sep)
        {
            string around = $$"""{"type":"RobertaProcessing","sep":[{{JsonText.Quote(sep.Text)}},{{sep.Id}}],"cls":[{{JsonText.Quote(cls.Text)}},{{cls.Id}}],"""
                + $$""" "trim_offsets":true,"add_prefix_space":{{(prefix ? "true" : "false")}}}""";
            return new TokenizerJson(null, words, around, bytes);
        }
        SpecialToken? bos = conversion.Flag("add_bos_token", false) ? tokenOf("bos_token") : null;
        return new TokenizerJson(null, words, TokenizerJson.Template(bos, null) ?? ByteLevel(prefix: true, trims: false, usesPattern: true), bytes);
    }

    private static string ByteLevel(bool prefix, bool trims, bool usesPattern)
    {
        return $$"""{"type":"ByteLevel","add_prefix_space":{{Of(prefix)}},"trim_offsets":{{Of(trims)}},"use_regex":{{Of(usesPattern)}}}""";

        static string Of(bool flag) => flag ? "true" : "false";
    }

    private static TokenVocabulary Vocabulary(TokenizerConversion conversion)
    {
        using JsonDocument document = TokenizerReader.Parse(conversion.Files, conversion.File)!;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = new Dictionary<int, string>();
        foreach ((string text, JsonSection id) in new JsonSection(document.RootElement, conversion.Path).Members())
        {
            conversion.CheckRoom(ids.Count);
            int number = id.Integer(0, TokenModelReader.MaxId);
            if (!texts.TryAdd(number, text) && texts[number] != text)
                throw conversion.Fault($"gives the id {number} to two pieces, `{texts[number]}` and `{text}`: the file is damaged. Download it again.");
            ids[text] = number;
        }
        if (ids.Count == 0) throw conversion.Fault("expected pieces, found none.");
        Missing(conversion, texts.Keys);
        return new TokenVocabulary(ids);
    }

    private static void Missing(TokenizerConversion conversion, IEnumerable<int> ids)
    {
        int[] sorted = [.. ids.Order()];
        int holes = sorted[^1] + 1 - sorted.Length;
        if (holes == 0) return;
        int at = Array.FindIndex([.. sorted.Select((id, i) => id - i)], shift => shift > 0);
        int first = at == 0 ? 0 : sorted[at - 1] + 1, last = sorted[at] - 1;
        conversion.Remarks.Add($"Warning: {conversion.Path} has no piece for {holes} ids, the first of them {first} to {last}: texts become ids, "
            + "but such an id has no text.");
    }

    /// <summary>Lines of two parts, the first to join first. A header is one only in its form; a line may end in CRLF, and the last in nothing.</summary>
    private static IEnumerable<(string Left, string Right)> Merges(TokenizerConversion conversion, string name, TokenVocabulary vocabulary)
    {
        string path = conversion.Files.PathOf(name);
        if (conversion.Files.Find(name) is not { } content)
            throw new FileNotFoundException($"{conversion.Path} lies there without {name}, which says how its pieces come about. Get that file, too.", path);
        int number = 0;
        foreach (string line in VocabularyLines.Of(Checkpoints.JsonFile.WithoutMark(content), path))
        {
            if (++number > TokenModelReader.MaxMerges)
                throw new InvalidDataException($"{path}: expected at most {TokenModelReader.MaxMerges} merges, found more.");
            if (line.Length == 0 || (number == 1 && line.StartsWith(Header, StringComparison.Ordinal))) continue;
            string[] parts = line.Split(' ');
            if (parts.Length != 2) throw new InvalidDataException($"{path}: line {number}: expected two parts with a space between, found \"{line}\".");
            foreach (string part in new[] { parts[0], parts[1], parts[0] + parts[1] })
                if (vocabulary.Id(part) is null)
                    throw new InvalidDataException($"{path}: line {number}: expected pieces of {conversion.File}, found \"{part}\".");
            yield return (parts[0], parts[1]);
        }
    }
}
