using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    /// <summary>More than any tokenizer has; each reads the whole text.</summary>
    private const int MaxNormalizers = 100;

    /// <param name="section">The normalizer.</param>
    /// <param name="configured">What a class of transformers makes of a BertNormalizer that is not part of a sequence; null for what the file says.</param>
    /// <param name="asSentencePiece">Whether a character map goes on behind its longest match, as in SentencePiece's own library.</param>
    /// <exception cref="NotSupportedException">A normalizer of that type is not known.</exception>
    public static TextNormalizer Read(JsonSection section, ConfiguredBertNormalizer? configured = null, bool asSentencePiece = false)
    {
        if (configured is not null && section.Required("type").Text() == "BertNormalizer") return Bert(section, configured);
        List<JsonSection> parts = [.. Flatten(section).Take(MaxNormalizers + 1)];
        if (parts.Count > MaxNormalizers) throw section.Fault($"expected at most {MaxNormalizers} normalizers, found more");
        return parts.Count == 1 ? One(parts[0], asSentencePiece) : new SequenceNormalizer([.. parts.Select(part => One(part, asSentencePiece))]);
    }

    private static IEnumerable<JsonSection> Flatten(JsonSection section) =>
        section.Required("type").Text() == "Sequence" ? section.Required("normalizers").Items().SelectMany(Flatten) : [section];

    private static TextNormalizer One(JsonSection section, bool asSentencePiece)
    {
        string type = section.Required("type").Text();
        return type switch
        {
            "Prepend" => new PrependNormalizer(section.Required("prepend").Text()),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(section.Required("pattern")), section.Required("content").Text()),
            "NFC" => new UnicodeFormNormalizer(compose: true, compatible: false),
            "NFD" => new UnicodeFormNormalizer(compose: false, compatible: false),
            "NFKC" => new UnicodeFormNormalizer(compose: true, compatible: true),
            "NFKD" => new UnicodeFormNormalizer(compose: false, compatible: true),
            "Lowercase" => new LowercaseNormalizer(),
            "Strip" => new StripNormalizer(section.Flag("strip_left", true), section.Flag("strip_right", true)),
            "StripAccents" => new SetNormalizer(UnicodeData.Set("Accent")),
            "Nmt" => new SetNormalizer(UnicodeData.Set("NmtRemoved"), UnicodeData.Set("NmtSpace")),
            "ByteLevel" => new ByteLevelNormalizer(),
            "BertNormalizer" => Bert(section, configured: null),
            "Precompiled" => Precompiled(section, asSentencePiece),
            _ => throw section.Unsupported($"the normalizer '{type}'"),
        };
    }

    /// <summary>Accents go with the case unless the file says otherwise.</summary>
    private static SequenceNormalizer Bert(JsonSection section, ConfiguredBertNormalizer? configured)
    {
        bool lowercase = configured?.Lowercase ?? section.Flag("lowercase", true);
        bool stripsAccents = configured is null ? section.Flag("strip_accents", lowercase) : configured.StripAccents ?? lowercase;
        var parts = new List<TextNormalizer>();
        if (section.Flag("clean_text", true)) parts.Add(new SetNormalizer(UnicodeData.Set("BertCleanRemoved"), UnicodeData.Set("BertCleanSpace")));
        if (configured?.SplitsChinese ?? section.Flag("handle_chinese_chars", true)) parts.Add(new SurroundNormalizer(UnicodeData.Set("BertChinese")));
        if (stripsAccents)
        {
            parts.Add(new UnicodeFormNormalizer(compose: false, compatible: false));
            parts.Add(new SetNormalizer(UnicodeData.Set("BertAccent")));
        }
        if (lowercase) parts.Add(new LowercaseNormalizer());
        return new SequenceNormalizer(parts);
    }

    private static TextNormalizer Precompiled(JsonSection section, bool asSentencePiece)
    {
        // Files of models without a map have null or an empty text here.
        if (section.Optional("precompiled_charsmap") is not { } map || map.Text().Length == 0) return new SequenceNormalizer([]);
        try
        {
            return new PrecompiledNormalizer(new PrecompiledMap(Convert.FromBase64String(map.Text())), asSentencePiece);
        }
        catch (FormatException e)
        {
            throw map.Fault(e.Message.TrimEnd('.'));
        }
    }
}
