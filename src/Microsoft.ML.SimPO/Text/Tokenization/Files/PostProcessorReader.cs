using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "post_processor" of a tokenizer.json, for single texts.</summary>
internal sealed class PostProcessorReader
{
    /// <summary>More special tokens than any model puts around a text.</summary>
    private const int MaxTokens = 1_000;

    private readonly List<SpecialToken> _before = [];
    private readonly List<SpecialToken> _after = [];
    private readonly List<PlaceTrim> _trims = [];

    private PostProcessorReader()
    {
    }

    /// <param name="section">The post-processor; null for none.</param>
    /// <param name="configured">What a class of transformers makes of one that is not part of a sequence; null for what the file says.</param>
    /// <exception cref="NotSupportedException">A post-processor of that type is not known.</exception>
    public static PostProcessor Read(JsonSection? section, ConfiguredTrim? configured = null)
    {
        if (section is not { } given) return PostProcessor.None;
        var reader = new PostProcessorReader();
        reader.Add(given, configured);
        return new PostProcessor(reader._before, reader._after, reader._trims);
    }

    private void Add(JsonSection section, ConfiguredTrim? configured)
    {
        string type = section.Required("type").Text();
        switch (type)
        {
            case "Sequence":
                foreach (JsonSection processor in section.Required("processors").Items()) Add(processor, configured: null);
                break;
            case "ByteLevel":
                AddTrim(section, configured);
                break;
            case "RobertaProcessing":
                AddTrim(section, configured);
                AddPair(section);
                break;
            case "BertProcessing": AddPair(section); break;
            case "TemplateProcessing": AddTemplate(section); break;
            default: throw section.Unsupported($"the post-processor '{type}'");
        }
        if (_before.Count + _after.Count + _trims.Count > MaxTokens) throw TooMany(section);
    }

    private void AddTrim(JsonSection section, ConfiguredTrim? configured)
    {
        bool trims = configured?.TrimOffsets ?? section.Flag("trim_offsets", true);
        if (trims) _trims.Add(new PlaceTrim(configured?.AddPrefixSpace ?? section.Flag("add_prefix_space", true)));
    }

    private static InvalidDataException TooMany(JsonSection section) => section.Fault($"expected at most {MaxTokens} special tokens, found more");

    private void AddPair(JsonSection section)
    {
        _before.Insert(0, Token(section.Required("cls")));
        _after.Add(Token(section.Required("sep")));
    }

    private static SpecialToken Token(JsonSection section)
    {
        JsonSection[] parts = [.. section.Items().Take(3)];
        return parts.Length == 2
            ? new SpecialToken(parts[1].Integer(0, TokenModelReader.MaxId), parts[0].Text()) : throw section.Fault("expected a token and its id");
    }

    private void AddTemplate(JsonSection section)
    {
        JsonSection? tokens = section.Optional("special_tokens");
        // Each part is looked up among them.
        if (tokens is { } given && given.Members().Skip(MaxTokens).Any()) throw TooMany(given);
        int parts = 0;
        var before = new List<SpecialToken>();
        List<SpecialToken>? after = null;
        foreach (JsonSection part in section.Required("single").Items())
        {
            if (++parts > MaxTokens) throw TooMany(section);
            if (part.Optional("SpecialToken") is { } special)
            {
                (after ?? before).AddRange(TokensOf(special, tokens));
                if (before.Count + (after?.Count ?? 0) > MaxTokens) throw TooMany(section);
            }
            else if (part.Required("Sequence").Required("id").Text() != "A" || after is not null)
                throw part.Fault("expected the sequence A once, found another");
            else after = [];
        }
        if (after is null) throw section.Required("single").Fault("expected the sequence A once, found none");
        _before.InsertRange(0, before);
        _after.AddRange(after);
    }

    private static List<SpecialToken> TokensOf(JsonSection special, JsonSection? tokens)
    {
        JsonSection name = special.Required("id");
        if (tokens?.Optional(name.Text()) is not { } entry) throw name.Fault($"expected a token of 'special_tokens', found \"{name.Text()}\"");
        int[] ids = [.. entry.Required("ids").Items().Take(MaxTokens + 1).Select(id => id.Integer(0, TokenModelReader.MaxId))];
        string[] texts = [.. entry.Required("tokens").Items().Take(MaxTokens + 1).Select(text => text.Text())];
        if (ids.Length != texts.Length) throw entry.Fault($"expected as many ids as tokens, found {ids.Length} and {texts.Length}");
        return [.. ids.Zip(texts, (id, text) => new SpecialToken(id, text))];
    }
}
