using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Vocabularies of byte tokens with ranks: Meta's lines of base64, and Mistral's tekken.json.</summary>
internal static class RanksConversion
{
    /// <summary>Meta's own configuration, which says how many ids there are.</summary>
    public const string ParametersFile = "params.json";

    private const string BeginOfText = "<|begin_of_text|>", EndOfText = "<|end_of_text|>";

    private const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}""";

    private const int MaxReserved = 100_000;

    private static readonly string[] Llama3Tokens =
    [
        BeginOfText, EndOfText, "<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
        "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
    ];

    public static IReadOnlyDictionary<string, string> TiktokenRoles { get; } =
        new Dictionary<string, string> { ["bos_token"] = BeginOfText, ["eos_token"] = EndOfText };

    public static IReadOnlyDictionary<string, string> TekkenRoles { get; } =
        new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>", ["unk_token"] = "<unk>", ["pad_token"] = "<pad>" };

    /// <summary>Meta's file: special tokens, which it does not hold, follow the ranks up to the size that a configuration says.</summary>
    public static (byte[] Json, IReadOnlyDictionary<string, string> Roles, bool AsSentencePiece) Tiktoken(TokenizerConversion conversion)
    {
        List<string> tokens = ReadLines(conversion);
        var vocabulary = new TokenVocabulary(tokens);
        var added = new AddedTokenList(conversion, vocabulary);
        int size = Math.Min(Size(conversion.Files) ?? tokens.Count + Llama3Tokens.Length, tokens.Count + MaxReserved);
        for (int id = tokens.Count; id < size; id++)
        {
            int number = id - tokens.Count;
            added.AddSpecial(id, number < Llama3Tokens.Length ? Llama3Tokens[number] : Reserved(number - Llama3Tokens.Length + 2));
        }
        ConfiguredTokens configured = conversion.Tokens(TiktokenRoles);
        added.Configure(configured);
        return (Write(tokens, vocabulary, 0, Llama3Pattern, BeginOfText, added, conversion), added.Roles(configured), false);

        static string Reserved(int number) => string.Create(CultureInfo.InvariantCulture, $"<|reserved_special_token_{number}|>");
    }

    /// <summary>Mistral's file: special tokens come first, and of the vocabulary as many count as its configuration says.</summary>
    public static (byte[] Json, IReadOnlyDictionary<string, string> Roles, bool AsSentencePiece) Tekken(TokenizerConversion conversion)
    {
        TekkenFile file = ReadTekken(conversion);
        TokenVocabulary vocabulary = Vocabulary(file, conversion);
        var added = new AddedTokenList(conversion, vocabulary);
        for (int id = 0; id < file.Special.Count; id++) added.AddSpecial(id, file.Special[id]);
        ConfiguredTokens configured = conversion.Tokens(TekkenRoles.Where(role => added.Id(role.Value) is not null).ToDictionary());
        added.Configure(configured);
        return (Write(file.Tokens, vocabulary, file.Special.Count, file.Pattern, "<s>", added, conversion), added.Roles(configured), false);
    }

    private static TekkenFile ReadTekken(TokenizerConversion conversion)
    {
        using JsonDocument document = TokenizerReader.Parse(conversion.Files, conversion.File)!;
        return TekkenFile.Read(new JsonSection(document.RootElement, conversion.Path));
    }

    private static byte[] Write(
        IReadOnlyList<string> tokens, TokenVocabulary vocabulary, int offset, string pattern, string bos, AddedTokenList added,
        TokenizerConversion conversion)
    {
        string split = $$"""{"type":"Split","pattern":{"Regex":{{JsonText.Quote(pattern)}}},"behavior":"Isolated","invert":false}""";
        SpecialToken? begin = conversion.Flag("add_bos_token", true) && added.Id(bos) is { } id ? new SpecialToken(id, bos) : null;
        string[] after = [ByteLevel, .. new[] { TokenizerJson.Template(begin, null) }.OfType<string>()];
        var json = new TokenizerJson(
            null, TokenizerJson.Sequence("pretokenizers", split, ByteLevel), TokenizerJson.Sequence("processors", after), ByteLevel);
        IEnumerable<KeyValuePair<string, int>> pieces = tokens.Select((token, rank) => KeyValuePair.Create(token, rank + offset))
            .Concat(added.OfVocabulary.Select(token => KeyValuePair.Create(token.Content, token.Id)));
        return json.Write(
            added.Tokens,
            writer => TokenizerJson.WriteBpe(writer, pieces, ByteVocabulary.Merges(tokens, vocabulary, offset, conversion.Path), ignoresMerges: true));
    }

    private static TokenVocabulary Vocabulary(TekkenFile file, TokenizerConversion conversion)
    {
        var ids = new Dictionary<string, int>(file.Tokens.Count, StringComparer.Ordinal);
        foreach (string token in file.Tokens)
        {
            int id = ids.Count + file.Special.Count;
            if (!ids.TryAdd(token, id))
                throw conversion.Fault(
                    $"gives the ranks {ids[token] - file.Special.Count} and {ids.Count} to the same token: it is damaged. Download it again.");
        }
        return new TokenVocabulary(ids);
    }

    private static int? Size(ModelFiles files)
    {
        foreach (string name in new[] { ModelConfig.FileName, ParametersFile })
        {
            using JsonDocument? document = TokenizerReader.Parse(files, name);
            if (document is null || document.RootElement.ValueKind != JsonValueKind.Object) continue;
            if (document.RootElement.TryGetProperty("vocab_size", out JsonElement size) && size.TryGetInt32(out int count) && count > 0) return count;
        }
        return null;
    }

    /// <summary>Lines of a token in base64 and its rank, which is its place.</summary>
    private static List<string> ReadLines(TokenizerConversion conversion)
    {
        var tokens = new List<string>();
        ReadOnlySpan<byte> content = conversion.Content;
        int number = 0;
        foreach (Range range in content.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = content[range].TrimEnd((byte)'\r');
            if (line.IsEmpty) continue;
            conversion.CheckRoom(tokens.Count);
            byte[] bytes = new byte[Math.Min(line.Length, ByteVocabulary.MaxTokenLength)];
            int space = line.IndexOf((byte)' ');
            bool isRank = space > 0 && Utf8Parser.TryParse(line[(space + 1)..], out int rank, out int read) && read == line.Length - space - 1
                && rank == tokens.Count;
            if (!isRank || Base64.DecodeFromUtf8(line[..space], bytes, out _, out int length) != System.Buffers.OperationStatus.Done || length == 0)
                throw new InvalidDataException($"{conversion.Path}: line {number} is not base64 and a rank, here {tokens.Count}: the file is damaged. "
                    + "Download it again.");
            tokens.Add(ByteVocabulary.Letters(bytes.AsSpan(0, length)));
        }
        if (tokens.Count == 0) throw conversion.Fault("expected the pieces of a SentencePiece model or tokens with ranks, found none.");
        return tokens;
    }
}
