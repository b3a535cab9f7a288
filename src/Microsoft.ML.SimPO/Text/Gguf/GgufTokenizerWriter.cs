using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>Writes a model's tokenizer and chat template as the metadata of a GGUF file, as llama.cpp's own converter does.</summary>
internal sealed class GgufTokenizerWriter
{
    private const float ScoreOfAdded = -1000, ScoreOfNone = -10000;

    private readonly ModelFiles _files;
    private readonly int _rows;
    private readonly GgufTokenizerRules _rules;
    private readonly JsonElement _tokenizer;
    private readonly JsonElement? _config;
    private readonly ICollection<string> _warnings;
    private readonly List<(string Key, GgufValue Value)> _keys = [];

    private GgufTokenizerWriter(
        ModelFiles files, int rows, GgufTokenizerRules rules, JsonElement tokenizer, JsonElement? config, ICollection<string> warnings) =>
        (_files, _rows, _rules, _tokenizer, _config, _warnings) = (files, rows, rules, tokenizer, config, warnings);

    /// <param name="files">Those of the model, with a tokenizer.json.</param>
    /// <param name="rows">Of the embedding.</param>
    /// <param name="rules">What the converter does for the family.</param>
    /// <param name="warnings">Takes sentences about what the format cannot hold.</param>
    /// <exception cref="NotSupportedException">The format cannot hold the tokenizer.</exception>
    public static IReadOnlyList<(string Key, GgufValue Value)> Write(
        ModelFiles files, int rows, GgufTokenizerRules rules, ICollection<string> warnings)
    {
        using JsonDocument tokenizer = TokenizerReader.Parse(files, TokenizerReader.TokenizerFile)!;
        using JsonDocument? config = TokenizerReader.Parse(files, ConfiguredTokens.ConfigFile);
        var writer = new GgufTokenizerWriter(files, rows, rules, tokenizer.RootElement, config?.RootElement, warnings);
        writer.Write();
        return writer._keys;
    }

    private void Write()
    {
        if (_rules.ReadsPrefix && _config is { } config && config.TryGetProperty("add_prefix_space", out JsonElement prefix)
            && prefix.ValueKind is JsonValueKind.True or JsonValueKind.False)
            Add(GgufKeys.AddsPrefix, GgufValue.Flag(prefix.ValueKind == JsonValueKind.True));
        JsonElement model = Member(_tokenizer, "model") ?? throw Unsupported("has no 'model'");
        if (Text(model, "type") is not (null or "BPE")) throw Unsupported($"is of the kind {Faults.Quote(Text(model, "type")!)}");
        if (Flag(model, "byte_fallback") || SentencePiece() is not null) WriteSentencePiece(model);
        else WriteByteLevel(model);
        new GgufSpecialTokens(_files, _tokenizer, _config, _rows).AddTo(_keys);
        if (ChatTemplate.Load(_files) is { } template) Add(GgufKeys.ChatTemplate, GgufValue.Text(template.Source));
        if (_rules.NeverPrefix) Add(GgufKeys.AddsPrefix, GgufValue.Flag(false));
    }

    private void WriteByteLevel(JsonElement model)
    {
        GgufPreTokenizer pre = GgufPreTokenizer.Of(
            Member(_tokenizer, "normalizer") ?? default, Member(_tokenizer, "pre_tokenizer") ?? default, Flag(model, "ignore_merges"))
            ?? throw Unsupported("cuts texts into words in a way that llama.cpp has no name for that is known here");
        Dictionary<int, (string Text, bool IsSpecial)> added = AddedOfTokenizer();
        string[] tokens = [.. Enumerable.Range(0, _rows).Select(Padding)];
        var types = new SentencePieceType[_rows];
        Array.Fill(types, SentencePieceType.Unused);
        foreach ((string text, int id) in Vocabulary(model)) Put(id, text, SentencePieceType.Normal);
        foreach ((int id, (string text, bool isSpecial)) in added)
            Put(id, text, isSpecial || LooksSpecial(text) ? SentencePieceType.Control : SentencePieceType.UserDefined);
        Add(GgufKeys.Model, GgufValue.Text("gpt2"));
        Add(GgufKeys.PreTokenizer, GgufValue.Text(pre.Name));
        Add(GgufKeys.Tokens, GgufValue.Texts(tokens));
        Add(GgufKeys.TokenTypes, GgufValue.Int32s([.. types.Select(t => (long)t)]));
        Add(GgufKeys.Merges, GgufValue.Texts([.. Merges(model).Select(m => $"{Escaped(m.Left)} {Escaped(m.Right)}")]));

        void Put(int id, string text, SentencePieceType type)
        {
            if (id >= _rows) throw Unsupported(FormattableString.Invariant($"has the token {id}, but the embedding has {_rows} rows"));
            (tokens[id], types[id]) = (text, type);
        }

        static string Escaped(string part) => part.Replace(' ', (char)(' ' + 256));
    }

    private void WriteSentencePiece(JsonElement model)
    {
        string[] tokens = [.. Enumerable.Range(0, _rows).Select(Padding)];
        float[] scores = [.. Enumerable.Repeat(ScoreOfNone, _rows)];
        var types = new SentencePieceType[_rows];
        Array.Fill(types, SentencePieceType.Unused);
        foreach ((int id, string text, float score, SentencePieceType type) in Pieces(model))
            if (id < _rows) (tokens[id], scores[id], types[id]) = (text, score, type);
        foreach ((int id, (string text, bool isSpecial)) in AddedOfConfig() ?? AddedOfTokenizer())
        {
            if (id >= _rows) continue;
            bool isControl = isSpecial || (!_rules.AddedAsTheyAre && LooksSpecial(text));
            tokens[id] = isControl || _rules.AddedAsTheyAre ? text : text.Replace('▁', ' ');
            (scores[id], types[id]) = (ScoreOfAdded, isControl ? SentencePieceType.Control : SentencePieceType.UserDefined);
        }
        Add(GgufKeys.Model, GgufValue.Text("llama"));
        Add(GgufKeys.PreTokenizer, GgufValue.Text("default"));
        Add(GgufKeys.Tokens, GgufValue.Texts(tokens));
        Add(GgufKeys.Scores, GgufValue.Float32s(scores));
        Add(GgufKeys.TokenTypes, GgufValue.Int32s([.. types.Select(t => (long)t)]));
        WarnOfPrefix();
    }

    /// <summary>A space before the first word alone is a rule that no key says.</summary>
    private void WarnOfPrefix()
    {
        if (Member(_tokenizer, "pre_tokenizer") is { } step && Text(step, "type") == "Metaspace" && Text(step, "prepend_scheme") == "first")
            _warnings.Add("The tokenizer puts a space before the first word alone. llama.cpp puts one behind every special token too: texts with such tokens "
                + "in them, chats among them, get other ids there.");
    }

    /// <summary>Of tokenizer.model; where there is none, scores are made of the ranks of merges.</summary>
    private IEnumerable<(int Id, string Text, float Score, SentencePieceType Type)> Pieces(JsonElement model)
    {
        if (SentencePiece() is { } known) return known.Pieces.Select((p, id) => (id, p.Text, p.Score, p.Type));
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string left, string right) in Merges(model)) ranks.TryAdd(left + right, ranks.Count);
        string? unknown = Text(model, "unk_token");
        return Vocabulary(model).Select(piece => (piece.Id, piece.Text, ranks.TryGetValue(piece.Text, out int rank) ? -rank : (float)-ranks.Count,
            piece.Text == unknown ? SentencePieceType.Unknown : IsByte(piece.Text) ? SentencePieceType.Byte : SentencePieceType.Normal));

        static bool IsByte(string text) => text is ['<', '0', 'x', _, _, '>'] && byte.TryParse(
            text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
    }

    private SentencePieceModel? SentencePiece()
    {
        if (_files.Find(VocabularyFiles.SentencePiece) is not { } content || !SentencePieceConversion.IsOf(content)) return null;
        SentencePieceModel model = SentencePieceModel.Read(content, _files.PathOf(VocabularyFiles.SentencePiece));
        return model.IsBpe ? model : throw Unsupported("is of the kind unigram");
    }

    private Dictionary<int, (string Text, bool IsSpecial)>? AddedOfConfig()
    {
        if (_config is not { } config || Member(config, "added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } decoder) return null;
        var added = new Dictionary<int, (string, bool)>();
        foreach (JsonProperty token in decoder.EnumerateObject())
            if (int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Text(token.Value, "content") is { } text)
                added[id] = (text, Flag(token.Value, "special"));
        return added;
    }

    private Dictionary<int, (string Text, bool IsSpecial)> AddedOfTokenizer()
    {
        var added = new Dictionary<int, (string, bool)>();
        if (Member(_tokenizer, "added_tokens") is not { ValueKind: JsonValueKind.Array } tokens) return added;
        foreach (JsonElement token in tokens.EnumerateArray())
            if (token.TryGetProperty("id", out JsonElement id) && Text(token, "content") is { } text) added[id.GetInt32()] = (text, Flag(token, "special"));
        return added;
    }

    private static IEnumerable<(string Text, int Id)> Vocabulary(JsonElement model) =>
        Member(model, "vocab")?.EnumerateObject().Select(piece => (piece.Name, piece.Value.GetInt32())) ?? [];

    private static IEnumerable<(string Left, string Right)> Merges(JsonElement model) => Member(model, "merges")?.EnumerateArray().Select(merge =>
    {
        if (merge.ValueKind == JsonValueKind.Array) return (merge[0].GetString()!, merge[1].GetString()!);
        string text = merge.GetString()!;
        int space = text.IndexOf(' ', 1);
        return (text[..space], text[(space + 1)..]);
    }) ?? [];

    /// <summary>Some models call tokens no special ones that are; llama.cpp's converter takes them for what they look like.</summary>
    private static bool LooksSpecial(string text)
    {
        return text is "<pad>" or "<mask>" or "<2mass>" or "[@BOS@]" || Is("<|", "|>") || Is("<｜", "｜>") || Is("<unused", ">");

        bool Is(string start, string end) => text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal);
    }

    private static string Padding(int id) => string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]");

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool Flag(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.True };

    private void Add(string key, GgufValue value) => _keys.Add((key, value));

    private NotSupportedException Unsupported(string what) =>
        new($"The tokenizer '{_files.PathOf(TokenizerReader.TokenizerFile)}' {what}: it cannot be written as GGUF. Use SaveCheckpoint.");
}
