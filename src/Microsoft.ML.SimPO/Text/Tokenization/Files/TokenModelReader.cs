namespace Microsoft.ML.SimPO.Text;

/// <summary>Reads the "model" of a tokenizer.json.</summary>
internal static class TokenModelReader
{
    /// <summary>Ids are indexes of embeddings; no vocabulary comes near this.</summary>
    public const int MaxId = (1 << 26) - 1;

    /// <param name="section">The model.</param>
    /// <param name="preTokenizers">The steps before it. A last step that writes bytes is taken out where the model does that faster itself.</param>
    /// <exception cref="NotSupportedException">A model of that type is not known.</exception>
    public static TokenModel Read(JsonSection section, List<PreTokenizerStep> preTokenizers)
    {
        string type = section.TextOrNull("type") ?? (section.Optional("merges") is not null ? "BPE" : "unknown");
        return type switch
        {
            "BPE" => ReadBpe(section, preTokenizers),
            _ => throw section.Unsupported($"the model '{type}'"),
        };
    }

    private static BpeModel ReadBpe(JsonSection section, List<PreTokenizerStep> preTokenizers)
    {
        if (section.Optional("dropout") is { } dropout && dropout.Number() != 0)
            throw dropout.Unsupported("dropout, which makes the same text different tokens,");
        TokenVocabulary vocabulary = Vocabulary(section);
        var options = new BpeModelOptions
        {
            UnknownToken = section.TextOrNull("unk_token"),
            ContinuingSubwordPrefix = section.TextOrNull("continuing_subword_prefix") ?? "",
            EndOfWordSuffix = section.TextOrNull("end_of_word_suffix") ?? "",
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

    private static TokenVocabulary Vocabulary(JsonSection section)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string text, JsonSection id) in section.Required("vocab").Members()) ids[text] = id.Integer(0, MaxId);
        return new TokenVocabulary(ids);
    }

    private static List<(int Left, int Right, int Merged)> Merges(JsonSection section, TokenVocabulary vocabulary, int prefixLength)
    {
        var merges = new List<(int, int, int)>();
        foreach (JsonSection merge in section.Required("merges").Items())
        {
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
        string[] words = merge.Text().Split(' ');
        return words.Length == 2 ? (words[0], words[1]) : throw merge.Fault($"expected two texts with a space between, found \"{merge.Text()}\"");
    }

    private static int Id(string text, JsonSection merge, TokenVocabulary vocabulary) =>
        vocabulary.Id(text) ?? throw merge.Fault($"expected tokens of the vocabulary, found \"{text}\"");
}
