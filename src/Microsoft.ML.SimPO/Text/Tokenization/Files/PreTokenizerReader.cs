using Microsoft.ML.SimPO.Text.Tokenization.Patterns;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "pre_tokenizer" of a tokenizer.json into steps.</summary>
internal sealed class PreTokenizerReader(bool? addPrefixSpace)
{
    /// <summary>More steps than any tokenizer has; each reads the whole text.</summary>
    private const int MaxSteps = 100;

    private readonly List<PreTokenizerStep> _steps = [];

    /// <param name="section">The pre-tokenizer; null for none.</param>
    /// <param name="addPrefixSpace">
    /// What tokenizer_config.json says, which wins over a pre-tokenizer that has such a flag itself; null where there is no such file.
    /// </param>
    /// <exception cref="NotSupportedException">A pre-tokenizer of that type is not known.</exception>
    public static List<PreTokenizerStep> Read(JsonSection? section, bool? addPrefixSpace)
    {
        if (section is not { } given) return [];
        var reader = new PreTokenizerReader(given.Optional("add_prefix_space") is null ? null : addPrefixSpace);
        reader.Add(given);
        return reader._steps;
    }

    private void Add(JsonSection section)
    {
        string type = section.Required("type").Text();
        if (_steps.Count >= MaxSteps) throw section.Fault($"expected at most {MaxSteps} pre-tokenizers, found more");
        switch (type)
        {
            case "Sequence":
                foreach (JsonSection step in section.Required("pretokenizers").Items()) Add(step);
                break;
            case "ByteLevel": AddByteLevel(section); break;
            case "Metaspace": AddMetaspace(section); break;
            case "Split":
                _steps.Add(
                    new PatternSplit(PatternReader.Read(section.Required("pattern")), Behavior(section.Required("behavior")), section.Flag("invert", false)));
                break;
            case "Digits":
                _steps.Add(
                    new SetSplit(UnicodeData.Set("RustNumeric"), section.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "Punctuation":
                SplitBehavior behavior = section.Optional("behavior") is { } given ? Behavior(given) : SplitBehavior.Isolated;
                _steps.Add(new SetSplit(UnicodeData.Set("RustPunctuation"), behavior));
                break;
            case "Whitespace": _steps.Add(new WordSplit()); break;
            case "WhitespaceSplit": _steps.Add(new SetSplit(UnicodeData.WhiteSpace, SplitBehavior.Removed)); break;
            case "BertPreTokenizer":
                _steps.Add(new SetSplit(UnicodeData.WhiteSpace, SplitBehavior.Removed));
                _steps.Add(new SetSplit(UnicodeData.Set("BertPunctuation"), SplitBehavior.Isolated));
                break;
            case "UnicodeScripts": _steps.Add(new ScriptSplit()); break;
            case "CharDelimiterSplit":
                System.Text.Rune delimiter = section.Required("delimiter").Character();
                _steps.Add(new SetSplit(new CodePointSet([(delimiter.Value, delimiter.Value)]), SplitBehavior.Removed));
                break;
            case "FixedLength": _steps.Add(new FixedLengthSplit(section.Optional("length")?.Integer(1) ?? 5)); break;
            default: throw section.Unsupported($"the pre-tokenizer '{type}'");
        }
    }

    private void AddByteLevel(JsonSection section)
    {
        if (addPrefixSpace ?? section.Flag("add_prefix_space", true)) _steps.Add(new PrefixSpaceStep());
        if (section.Flag("use_regex", true))
            _steps.Add(new PatternSplit(new TextPattern(new CodePointRegex(PatternSplit.Gpt2)), SplitBehavior.Isolated, invert: false));
        _steps.Add(new ByteAlphabetStep());
    }

    private void AddMetaspace(JsonSection section)
    {
        System.Text.Rune replacement = Metaspace.Replacement(section);
        _steps.Add(new MetaspaceStep(replacement, Metaspace.Scheme(section, addPrefixSpace)));
        if (section.Flag("split", true)) _steps.Add(new PatternSplit(new TextPattern(replacement.ToString()), SplitBehavior.MergedWithNext, invert: false));
    }

    private static SplitBehavior Behavior(JsonSection section) => section.Text() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        string other => throw section.Unsupported($"the split behavior '{other}'"),
    };
}
