using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>As <see cref="HarmfulModels"/>: the files of tokenizers, in all forms in which they are read, and of chat templates.</summary>
internal static class HarmfulVocabularies
{
    private const int Mega = 1 << 20;

    private const string Bpe = "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":0}}", OneMerge = "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2}";

    private const string Around = "\"post_processor\":{\"type\":\"TemplateProcessing\",\"special_tokens\":{\"x\":{\"ids\":[],\"tokens\":[]}";

    private const string Tekken = "\"version\":\"v3\",\"pattern\":\"a\",\"default_num_special_tokens\":1,\"default_vocab_size\":500000";

    private static readonly string[] Added = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    public static readonly (string Name, Action<string> Make, string Expected)[] All =
    [
        ("additional tokens without end", f => Write(
            f, "tokenizer_config.json", "{\"additional_special_tokens\":[\"x\"", i => $",\"<{i}>\"", "]}", 15 * Mega), "expected at most 65536 tokens"),
        ("a map of additional tokens without end", f => Write(
            Without(f), "special_tokens_map.json", "{\"additional_special_tokens\":[\"x\"", i => $",\"<{i}>\"", "]}", 20 * Mega),
            "expected at most 65536 tokens"),
        ("added_tokens.json of many tokens", f => Write(
            Without(f), "added_tokens.json", "{\"x\":0", i => $",\"<{i}>\":{i + 1}", "}", 15 * Mega), "expected at most 65536 tokens"),
        ("added_tokens.json of more tokens", f => Write(
            Without(f), "added_tokens.json", "{\"x\":0", i => $",\"<{i}>\":{i + 1}", "}", 60 * Mega), "added_tokens.json' holds more than 2000000 names"),
        ("a configuration of lists", f => Write(f, "tokenizer_config.json", "{\"a\":[1", _ => ",1", "]}", 15 * Mega), "holds more than 2000000 names"),
        ("a configuration of one text", f => Write(f, "tokenizer_config.json", "{\"a\":\"", _ => "xxxxxxxx", "\"}", 15 * Mega), "used"),
        ("special tokens that are looked up again and again", f => Write(
            f, "tokenizer.json", $"{Bpe},{Around}",
            i => i < 400_000 ? $",\"{i}\":1" : i > 400_000 ? ",{\"SpecialToken\":{\"id\":\"x\"}}" : "},\"single\":[{\"Sequence\":{\"id\":\"A\"}}", "]}}",
            20 * Mega), "expected at most 1000 special tokens"),
        ("parts around a text without end", f => Write(
            f, "tokenizer.json", $"{Bpe},{Around}}},\"single\":[",
            i => i == 0 ? "{\"Sequence\":{\"id\":\"A\"}}" : ",{\"SpecialToken\":{\"id\":\"x\"}}", "]}}", 8 * Mega), "expected at most 1000 special tokens"),
        ("a long text in place of a short one", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"", _ => "xxxxxxxx", "\"}}", 60 * Mega), "expected a text of at most 8388608 bytes"),
        ("a name of a long text", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"", _ => "xxxxxxxx", "\":0}}}", 60 * Mega),
            "expected names of at most 8388608 bytes"),
        ("a number of a long text", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":", _ => "11111111", "}}}", 60 * Mega), "expected a whole number"),
        ("a character map of a long text", f => Write(
            f, "tokenizer.json", $"{Bpe},\"normalizer\":{{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"", _ => "AAAAAAAA", "\"}}", 60 * Mega),
            "expected a text of at most 8388608 bytes"),
        ("long tokens", f => Write(f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":0", i => $",\"{i,99}\":{i + 1}", "}}}",
            50 * Mega), "expected tokens of at most 8388608 characters together"),
        ("long tokens with scores", f => Write(f, "tokenizer.json", "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0]", i => $",[\"{i,-99}\",0]", "]}}",
            50 * Mega), "expected tokens of at most 8388608 characters together"),
        ("tokens that have no beginning in common", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0]",
            i => i < 250_000 ? $",[\"{i}x0123456789xxxx01234567\",0]" : " ", "]}}", 12 * Mega), "begin in more than 2097152 different ways"),
        ("as many merges as there may be", f => Write(
            f, "tokenizer.json", $"{{\"model\":{{\"type\":\"BPE\",{OneMerge},\"merges\":[\"a b\"", i => i < (1 << 20) - 1 ? ",\"a b\"" : " ",
            "]}}", 8 * Mega), "used"),
        ("more merges than there may be", f => Write(
            f, "tokenizer.json", $"{{\"model\":{{\"type\":\"BPE\",{OneMerge},\"merges\":[\"a b\"", _ => ",\"a b\"", "]}}", 28 * Mega),
            "expected at most 1048576 merges"),
        ("added tokens that take long to normalize", f => Write(
            f, "tokenizer.json", $"{Bpe},{Normalizers()},\"added_tokens\":[{{\"id\":1,\"content\":\"x\"}}",
            i => i < 60_000 ? $",{{\"id\":{i + 2},\"content\":\"<{i,90}>\",\"normalized\":true}}" : " ", "]}", 9 * Mega), "too many steps to normalize"),
        ("a chat template without end", f => Write(f, "chat_template.jinja", "", _ => "xxxxxxxx", "", 60 * Mega), "more than 1048576 characters"),
        ("a chat template in the configuration", f => Write(
            f, "tokenizer_config.json", "{\"chat_template\":\"", _ => "xxxxxxxx", "\"}", 15 * Mega), "more than 1048576 characters"),
        ("vocab.txt of empty lines", f => Write(Vocabulary(f), "vocab.txt", "a", _ => "\n\n\n\n\n\n\n\n", "", 60 * Mega), "expected at most 524288 pieces"),
        ("vocab.txt of one line", f => Write(Vocabulary(f), "vocab.txt", "a", _ => "xxxxxxxx", "", 60 * Mega), "line 1: expected at most"),
        ("vocab.json of many pieces", f =>
        {
            File.WriteAllText(Path.Combine(Vocabulary(f), "merges.txt"), "#version: 0.2\n");
            Write(f, "vocab.json", "{\"a\":0", i => $",\"{i}\":{i + 1}", "}", 25 * Mega);
        }, "expected at most 524288 pieces"),
        ("merges.txt of many lines", f => Merges(f, "a b\n", 60 * Mega), "expected at most 1048576 merges"),
        ("merges.txt of empty lines", f => Merges(f, "\n\n\n\n\n\n\n\n", 60 * Mega), "expected at most 1048576 merges"),
        ("tokenizer.model of empty pieces", f => Repeat(Vocabulary(f), [0x0A, 0], 60 * Mega, [0x12, 2, 0x18, 2]), "expected at most 524288 pieces"),
        ("tokenizer.model beside its tokenizer.json", f => Repeat(f, [0x0A, 0], 60 * Mega, [0x12, 2, 0x18, 2]), "used"),
        ("tokenizer.model with a large map", f => Repeat(Vocabulary(f), [0], 40 * Mega, [], Piece("a", 2, [0x12, 2, 0x18, 1], 40 * Mega)),
            "expected a character map of at most 4194304 bytes"),
        ("tokenizer.model of long pieces", f => LongPieces(Vocabulary(f)), "expected pieces of the length of words"),
        ("ranks without end", f => Lines(Vocabulary(f), i => $"YQ== {i}\n", 30 * Mega), "expected at most 524288 pieces"),
        ("ranks of long tokens", f => Lines(
            Vocabulary(f), i => $"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{i,-900}"))} {i}\n", 30 * Mega), "expected tokens of the length of words"),
        ("tekken.json of many tokens", f => Write(
            Vocabulary(f), "tekken.json", $"{{\"config\":{{{Tekken}}},\"vocab\":[", i => i < 500_000 ? $"{(i == 0 ? "" : ",")}{Ranked(i)}" : " ", "]}",
            24 * Mega), "eos_token"),
    ];

    private static void Write(string folder, string name, string before, Func<int, string> item, string after, int length) =>
        HarmfulModels.Write(folder, name, before, item, after, length);

    /// <summary>The folder without what is said of its tokens.</summary>
    private static string Without(string folder)
    {
        foreach (string name in Added) File.Delete(Path.Combine(folder, name));
        return folder;
    }

    /// <summary>The folder without a tokenizer: what it is made of comes instead.</summary>
    private static string Vocabulary(string folder)
    {
        File.Delete(Path.Combine(folder, "tokenizer.json"));
        return Without(folder);
    }

    private static void Merges(string folder, string lines, int length)
    {
        File.WriteAllText(Path.Combine(Vocabulary(folder), "vocab.json"), "{\"a\":0,\"b\":1,\"ab\":2}");
        Write(folder, "merges.txt", "#version: 0.2\n", _ => lines, "", length);
    }

    private static void Lines(string folder, Func<int, string> line, int length) => Write(folder, "tokenizer.model", "", line, "", length);

    private static string Ranked(int i) => $"{{\"rank\":{i},\"token_bytes\":\"{Convert.ToBase64String(BitConverter.GetBytes(i))}\"}}";

    private static string Normalizers()
    {
        string grow = $"{{\"type\":\"Prepend\",\"prepend\":\"{new string('y', 900)}\"}}";
        const string shrink = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"y\"},\"content\":\"\"}";
        return $"\"normalizer\":{{\"type\":\"Sequence\",\"normalizers\":[{string.Join(',', Enumerable.Repeat($"{grow},{shrink}", 40))}]}}";
    }

    /// <summary>A file of bytes that are repeated, between two others.</summary>
    private static void Repeat(string folder, byte[] part, int length, byte[] after, byte[]? before = null)
    {
        using var file = new BufferedStream(File.Create(Path.Combine(folder, "tokenizer.model")), 1 << 16);
        file.Write(before ?? []);
        for (int i = 0; i < length / part.Length; i++) file.Write(part);
        file.Write(after);
    }

    /// <summary>A piece, a trainer and the beginning of a normalizer whose map has so many bytes.</summary>
    private static byte[] Piece(string text, byte type, byte[] trainer, int map)
    {
        byte[] piece = [0x0A, (byte)(text.Length + 4), 0x0A, (byte)text.Length, .. Encoding.UTF8.GetBytes(text), 0x18, type];
        byte[] field = [0x12, .. Varint(map)];
        return [.. piece, .. trainer, 0x1A, .. Varint(field.Length + map), .. field];
    }

    /// <summary>Pieces of 500 letters, each with another end, and all that they begin with.</summary>
    private static void LongPieces(string folder)
    {
        using var file = new BufferedStream(File.Create(Path.Combine(folder, "tokenizer.model")), 1 << 16);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(i < 490 ? new string('a', i + 1) : $"{new string('a', 490)}{i}");
            byte[] field = [0x0A, .. Varint(text.Length), .. text];
            file.Write([0x0A, .. Varint(field.Length), .. field]);
        }
        file.Write([0x12, 2, 0x18, 2]);
    }

    private static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value > 0x7F; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
