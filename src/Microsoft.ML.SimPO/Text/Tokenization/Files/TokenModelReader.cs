using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "model" of a tokenizer.json.</summary>
internal static class TokenModelReader
{
    /// <summary>Ids are indexes of embeddings; no vocabulary comes near this.</summary>
    public const int MaxId = (1 << 26) - 1;

    /// <summary>Twice those of the largest vocabulary of a published model that writes.</summary>
    public const int MaxTokens = 1 << 19;

    /// <summary>Twice those of the largest published file.</summary>
    public const int MaxMerges = 1 << 20;

    private const int MaxAffixLength = 32, LongestShown = 120;

    /// <summary>A hundred times the longest of published models. Of longer ones a few would be an answer that fills memory.</summary>
    private const int MaxTokenLength = 1 << 14;

    /// <summary>Of all tokens together: several times those of the largest vocabulary.</summary>
    private const int MaxCharacters = 1 << 23;

    /// <param name="section">The model.</param>
    /// <param name="preTokenizers">The steps before it. A last step that writes bytes is taken out where the model does that faster itself.</param>
    /// <param name="asSentencePiece">Whether scores are added in 32 bits, as SentencePiece's own library does, so that it decides where two ways tie.</param>
    /// <exception cref="NotSupportedException">A model of that type is not known.</exception>
    public static TokenModel Read(JsonSection section, List<PreTokenizerStep> preTokenizers, bool asSentencePiece = false)
    {
        string type = section.TextOrNull("type") ?? GuessType(section);
        return type switch
        {
            "BPE" => ReadBpe(section, preTokenizers),
            "Unigram" => ReadUnigram(section, asSentencePiece),
            "WordPiece" => new WordPieceModel(
                Vocabulary(section), section.TextOrNull("unk_token") ?? "[UNK]", section.TextOrNull("continuing_subword_prefix") ?? "##",
                section.Optional("max_input_chars_per_word")?.Integer() ?? 100),
            "WordLevel" => new WordLevelModel(Vocabulary(section), section.TextOrNull("unk_token") ?? "<unk>"),
            _ => throw section.Unsupported($"the model '{type}'"),
        };
    }

    /// <summary>Old files do not name their model.</summary>
    private static string GuessType(JsonSection section)
    {
        if (section.Optional("merges") is not null) return "BPE";
        if (section.Optional("vocab") is { IsArray: true }) return "Unigram";
        return section.Optional("continuing_subword_prefix") is not null ? "WordPiece" : "WordLevel";
    }

    private static UnigramModel ReadUnigram(JsonSection section, bool asSentencePiece)
    {
        var texts = new List<string>();
        var scores = new List<double>();
        int characters = 0;
        foreach (JsonSection entry in section.Required("vocab").Items())
        {
            JsonSection[] parts = [.. entry.Items().Take(3)];
            if (parts.Length != 2) throw entry.Fault("expected a text and its score, found another number");
            if (texts.Count == MaxTokens) throw TooMany(section);
            texts.Add(Bounded(parts[0].Text(), ref characters, section));
            scores.Add(parts[1].Number());
        }
        if (texts.Count == 0) throw section.Required("vocab").Fault("expected at least one token, found none");
        int? unknown = section.Optional("unk_id")?.Integer(0, texts.Count - 1);
        return new UnigramModel(new TokenVocabulary(texts), [.. scores], unknown, section.Flag("byte_fallback", false), asSentencePiece);
    }

    private static BpeModel ReadBpe(JsonSection section, List<PreTokenizerStep> preTokenizers)
    {
        if (section.Optional("dropout") is { } dropout && dropout.Number() != 0)
            throw dropout.Unsupported("dropout, which makes the same text different tokens,");
        TokenVocabulary vocabulary = Vocabulary(section);
        var options = new BpeModelOptions
        {
            UnknownToken = section.TextOrNull("unk_token"),
            ContinuingSubwordPrefix = Affix(section, "continuing_subword_prefix"),
            EndOfWordSuffix = Affix(section, "end_of_word_suffix"),
            FuseUnknown = section.Flag("fuse_unk", false),
            ByteFallback = section.Flag("byte_fallback", false),
            IgnoreMerges = section.Flag("ignore_merges", false),
        };
        bool plain = !options.ByteFallback && options.ContinuingSubwordPrefix.Length == 0 && options.EndOfWordSuffix.Length == 0;
        if (plain && preTokenizers.Count > 0 && preTokenizers[^1] is ByteAlphabetStep && preTokenizers.Count(s => s is ByteAlphabetStep) == 1)
        {
            preTokenizers.RemoveAt(preTokenizers.Count - 1);
            options = options with { ByteLevel = true };
        }
        return new BpeModel(vocabulary, Merges(section, vocabulary, options.ContinuingSubwordPrefix.Length), options);
    }

    private static string Affix(JsonSection section, string name)
    {
        string affix = section.TextOrNull(name) ?? "";
        return affix.Length <= MaxAffixLength
            ? affix : throw section.Required(name).Fault($"expected at most {MaxAffixLength} characters, found {affix.Length}");
    }

    private static TokenVocabulary Vocabulary(JsonSection section)
    {
        var ids = new Dictionary<string, int>(Math.Min(section.Required("vocab").MemberCount, MaxTokens), StringComparer.Ordinal);
        int characters = 0;
        foreach ((string text, JsonSection id) in section.Required("vocab").Members())
        {
            if (ids.Count == MaxTokens) throw TooMany(section);
            ids[Bounded(text, ref characters, section)] = id.Integer(0, MaxId);
        }
        return new TokenVocabulary(ids);
    }

    private static string Bounded(string text, ref int characters, JsonSection section)
    {
        if (text.Length > MaxTokenLength)
            throw section.Required("vocab").Fault($"expected tokens of at most {MaxTokenLength} characters, found one of {text.Length}");
        return (characters += text.Length) <= MaxCharacters
            ? text : throw section.Required("vocab").Fault($"expected tokens of at most {MaxCharacters} characters together, found more");
    }

    private static InvalidDataException TooMany(JsonSection section) => section.Required("vocab").Fault($"expected at most {MaxTokens} tokens, found more");

    private static List<(int Left, int Right, int Merged)> Merges(JsonSection section, TokenVocabulary vocabulary, int prefixLength)
    {
        var merges = new List<(int, int, int)>();
        foreach (JsonSection merge in section.Required("merges").Items())
        {
            if (merges.Count == MaxMerges) throw section.Required("merges").Fault($"expected at most {MaxMerges} merges, found more");
            (string left, string right) = Pair(merge);
            if (right.Length < prefixLength) throw merge.Fault($"expected a right part that starts with the subword prefix, found \"{right}\"");
            merges.Add((Id(left, merge, vocabulary), Id(right, merge, vocabulary), Id(left + right[prefixLength..], merge, vocabulary)));
        }
        return merges;
    }

    /// <summary>New files write a merge as two strings, old ones as one with a space.</summary>
    private static (string Left, string Right) Pair(JsonSection merge)
    {
        if (merge.IsArray)
        {
            string[] parts = [.. merge.Items().Take(3).Select(part => part.Text())];
            return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Fault("expected two texts, found another number");
        }
        string text = merge.Text();
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space >= 0 && text.IndexOf(' ', space + 1) < 0 ? (text[..space], text[(space + 1)..])
            : throw merge.Fault($"expected two texts with a space between, found \"{(text.Length <= LongestShown ? text : $"{text[..LongestShown]}...")}\"");
    }

    private static int Id(string text, JsonSection merge, TokenVocabulary vocabulary) =>
        vocabulary.Id(text) ?? throw merge.Fault($"expected tokens of the vocabulary, found \"{text}\"");
}
