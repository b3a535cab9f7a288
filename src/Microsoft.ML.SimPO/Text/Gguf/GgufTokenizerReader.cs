using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>Makes of the metadata of a GGUF file the files of a tokenizer as Hugging Face has them.</summary>
internal sealed class GgufTokenizerReader
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""";

    private const string EscapeSpaces = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";

    // Phi-3 drops white space behind its other control and user-defined tokens; no key says so.
    private static readonly string[] KeepSpace = ["<unk>", "<s>", "<|endoftext|>"];

    private readonly GgufMetadata _metadata;
    private readonly string[] _tokens;
    private readonly SentencePieceType[] _types;

    private GgufTokenizerReader(GgufMetadata metadata)
    {
        _metadata = metadata;
        _tokens = metadata.Texts(GgufKeys.Tokens);
        if (_tokens.Length > TokenModelReader.MaxTokens)
            throw metadata.Wrong(GgufKeys.Tokens, FormattableString.Invariant($"a list of at most {TokenModelReader.MaxTokens}"),
                FormattableString.Invariant($"one of {_tokens.Length}"));
        _types = [.. metadata.Integers(GgufKeys.TokenTypes, _tokens.Length).Select(type => (SentencePieceType)Math.Clamp(type, 0, byte.MaxValue))];
    }

    /// <summary>The files of the tokenizer in a GGUF file, or those of a folder by name.</summary>
    public static ModelFiles FilesOf(string path, IEnumerable<string> names)
    {
        if (!GgufFile.Is(path)) return ModelFiles.Read(path, names);
        using GgufFile file = GgufFile.Open(path);
        return new ModelFiles(file.Path, Read(file.Metadata));
    }

    /// <summary>tokenizer.json, and tokenizer_config.json with the tokens of roles and the chat template.</summary>
    /// <exception cref="InvalidDataException">A key is missing or malformed.</exception>
    /// <exception cref="NotSupportedException">The tokenizer is of a kind that cannot be rebuilt.</exception>
    public static IReadOnlyList<ModelFile> Read(GgufMetadata metadata)
    {
        var reader = new GgufTokenizerReader(metadata);
        return [new ModelFile(TokenizerReader.TokenizerFile, reader.Json()), new ModelFile(ConfiguredTokens.ConfigFile, reader.Config())];
    }

    private byte[] Json()
    {
        CheckTexts();
        string model = _metadata.Text(GgufKeys.Model);
        return model switch
        {
            "gpt2" => ByteLevelJson(),
            "llama" => SentencePieceJson(),
            _ => throw new NotSupportedException($"'{_metadata.Path}': the tokenizer is of the kind {Faults.Quote(model)}; gpt2 and llama can be rebuilt of a "
                + "GGUF file. Get the model in Hugging Face layout, with config.json, *.safetensors and tokenizer.json."),
        };
    }

    private byte[] ByteLevelJson()
    {
        string pre = _metadata.TextOrNull(GgufKeys.PreTokenizer) ?? "default";
        GgufPreTokenizer row = GgufPreTokenizer.Named(pre) ?? throw new NotSupportedException(
            $"'{_metadata.Path}': key '{GgufKeys.PreTokenizer}' is {Faults.Quote(pre)}, which does not say how texts are cut into words. Known are "
            + $"{GgufPreTokenizer.Names}. Get the model in Hugging Face layout, or convert it anew with a converter that names it.");
        var json = new TokenizerJson(row.Normalizer, TokenizerJson.Sequence("pretokenizers", row.Steps), Ends(row.AddsBos), ByteLevel);
        string[] merges = _metadata.Texts(GgufKeys.Merges);
        return json.Write(Added(), writer => TokenizerJson.WriteBpe(writer, Vocabulary(), merges.Select(Merge), ignoresMerges: row.IgnoresMerges));
    }

    private byte[] SentencePieceJson()
    {
        float[] scores = _metadata.Singles(GgufKeys.Scores, _tokens.Length);
        bool prefix = _metadata.FlagOrNull(GgufKeys.AddsPrefix) ?? true;
        string[] normalizers = prefix ? ["""{"type":"Prepend","prepend":"▁"}""", EscapeSpaces] : [EscapeSpaces];
        const string toSpaces = """{"type":"Replace","pattern":{"String":"▁"},"content":" "}""";
        string[] decoders = [toSpaces, """{"type":"ByteFallback"}""", """{"type":"Fuse"}"""];
        if (prefix) decoders = [.. decoders, """{"type":"Strip","content":" ","start":1,"stop":0}"""];
        var json = new TokenizerJson(
            TokenizerJson.Sequence("normalizers", normalizers), null, Ends(addsBos: true), TokenizerJson.Sequence("decoders", decoders)!);
        var merges = new GgufMerges(_metadata, _tokens, _types, scores);
        string unknown = TokenOf("unknown_token_id") ?? _tokens[0];
        return json.Write(Added(), writer => TokenizerJson.WriteBpe(writer, Vocabulary(), merges.Pairs(), unknown, byteFallback: true));
    }

    private void CheckTexts()
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (!ids.TryAdd(_tokens[id], id))
                throw _metadata.Wrong(GgufKeys.Tokens, "a list of texts of which each stands there once", FormattableString.Invariant(
                    $"one with {Faults.Quote(_tokens[id])} at {ids[_tokens[id]]} and at {id}"));
        }
        if (_tokens.Length == 0) throw _metadata.Wrong(GgufKeys.Tokens, "a list of tokens", "empty");
    }

    /// <summary>Rows of the embedding without a token have texts of no meaning.</summary>
    private IEnumerable<KeyValuePair<string, int>> Vocabulary() =>
        _tokens.Select((text, id) => KeyValuePair.Create(text, id)).Where(piece => _types[piece.Value] != SentencePieceType.Unused);

    private IEnumerable<AddedToken> Added()
    {
        bool isPhi3 = _metadata.TextOrNull(GgufKeys.Architecture) == "phi3" && _metadata.Text(GgufKeys.Model) == "llama";
        for (int id = 0; id < _tokens.Length; id++)
        {
            if (_types[id] is not (SentencePieceType.Control or SentencePieceType.UserDefined or SentencePieceType.Unknown)) continue;
            yield return new AddedToken(
                id, _tokens[id], SingleWord: false, LeftStrip: false, RightStrip: isPhi3 && !KeepSpace.Contains(_tokens[id]), Normalized: false,
                Special: _types[id] != SentencePieceType.UserDefined);
        }
    }

    private string? Ends(bool addsBos)
    {
        bool begins = _metadata.FlagOrNull(GgufKeys.Adds("bos")) ?? addsBos, ends = _metadata.FlagOrNull(GgufKeys.Adds("eos")) ?? false;
        return TokenizerJson.Template(begins ? Special("bos_token_id") : null, ends ? Special("eos_token_id") : null);

        SpecialToken? Special(string key) => TokenOf(key) is { } text ? new SpecialToken(_metadata.Size(GgufKeys.Tokenizer + key), text) : null;
    }

    private byte[] Config()
    {
        var config = new JsonObject { ["clean_up_tokenization_spaces"] = false, ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        foreach ((string role, string key) in new[] { ("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding") })
            if (TokenOf(key + "_token_id") is { } text) config[role + "_token"] = text;
        if (_metadata.TextOrNull(GgufKeys.ChatTemplate) is { } template) config["chat_template"] = template;
        return Encoding.UTF8.GetBytes(config.ToJsonString(JsonText.Indented));
    }

    private string? TokenOf(string key)
    {
        key = GgufKeys.Tokenizer + key;
        if (_metadata.SizeOrNull(key) is not { } id) return null;
        return id < _tokens.Length ? _tokens[id] : throw _metadata.Wrong(key, FormattableString.Invariant($"the id of one of {_tokens.Length} tokens"),
            FormattableString.Invariant($"{id}"));
    }

    private (string Left, string Right) Merge(string merge)
    {
        int space = merge.Length < 2 ? -1 : merge.IndexOf(' ', 1);
        return space > 0 ? (merge[..space], merge[(space + 1)..])
            : throw _metadata.Wrong(GgufKeys.Merges, "a list of two texts each with a space between", $"one with {Faults.Quote(merge)}");
    }
}
