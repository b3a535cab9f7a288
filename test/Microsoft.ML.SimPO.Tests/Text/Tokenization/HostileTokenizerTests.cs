using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Files from strangers: a clear error or a tokenizer, never anything else.</summary>
public sealed class HostileTokenizerTests
{
    [Theory]
    [InlineData("", "line 1, byte 0: not valid JSON.")]
    [InlineData("{\"model\":", "line 1, byte 9: not valid JSON.")]
    [InlineData("[]", "expected an object, found an array.")]
    [InlineData("{}", "expected a member 'model', found none.")]
    [InlineData("""{"model":3}""", "'model': expected an object, found 3.")]
    [InlineData("""{"model":{"type":"BPE"}}""", "'model': expected a member 'vocab', found none.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "'model.vocab.a': expected a whole number from 0 to 67108863, found -1.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":1e99},"merges":[]}}""", "'model.vocab.a': expected a whole number from 0 to 67108863, found 1e99.")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "'model.merges[0]': expected tokens of the vocabulary, found \"b\".")]
    [InlineData(
        """{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","b"]]}}""", "'model.merges[0]': expected tokens of the vocabulary, found \"ab\".")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "'model.merges[0]': expected two texts with a space between, found \"a\".")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","a","a"]]}}""", "'model.merges[0]': expected two texts, found another number.")]
    [InlineData(
        """{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""", "'model.vocab': expected well-formed names, found a surrogate without its partner.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[]}}""", "'model.vocab': expected at least one token, found none.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",1],["b"]]}}""", "'model.vocab[1]': expected a text and its score, found another number.")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",1]],"unk_id":1}}""", "'model.unk_id': expected a whole number from 0 to 0, found 1.")]
    public void A_malformed_file_is_refused_with_its_place(string json, string message) => AssertRefused<InvalidDataException>(json, message);

    [Theory]
    [InlineData("""{"model":{"type":"Neural"}}""", "'model': the model 'Neural' is not supported.")]
    [InlineData("""{"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}}""",
        "'model.dropout': dropout, which makes the same text different tokens, is not supported.")]
    [InlineData("""{"model":{},"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Rot13"}]}}""",
        "'normalizer.normalizers[1]': the normalizer 'Rot13' is not supported.")]
    [InlineData("""{"model":{},"pre_tokenizer":{"type":"Knife"}}""", "'pre_tokenizer': the pre-tokenizer 'Knife' is not supported.")]
    [InlineData("""{"model":{},"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Shredded"}}""",
        "'pre_tokenizer.behavior': the split behavior 'Shredded' is not supported.")]
    [InlineData("""{"model":{},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a)\\1"},"behavior":"Isolated"}}""",
        "'pre_tokenizer.pattern.Regex': The pattern '(a)\\1' uses the escape '\\1' at position 3, which is not supported.")]
    public void What_is_not_supported_is_named(string json, string message) => AssertRefused<NotSupportedException>(json, message);

    [Theory]
    [InlineData("\"post_processor\":{\"type\":\"Mail\"}", "'post_processor': the post-processor 'Mail' is not supported.")]
    [InlineData("\"decoder\":{\"type\":\"Enigma\"}", "'decoder': the decoder 'Enigma' is not supported.")]
    public void Later_parts_that_are_not_supported_are_named(string part, string message) =>
        AssertRefused<NotSupportedException>($$"""{"model":{{SmallTokenizer.Letters}},{{part}}}""", message);

    [Theory]
    [InlineData("\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}",
        "'normalizer.precompiled_charsmap': expected a character map that starts with the size of its trie, found 3 bytes that do not.")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}",
        "'pre_tokenizer.pattern.Regex': The pattern '(' is malformed at position 0: a group without its ')'.")]
    [InlineData("\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"ab\"}", "'pre_tokenizer.replacement': expected one character, found \"ab\".")]
    [InlineData("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}]}",
        "'post_processor.single[0].SpecialToken.id': expected a token of 'special_tokens', found \"x\".")]
    [InlineData("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[]}", "'post_processor.single': expected the sequence A once, found none.")]
    [InlineData("\"added_tokens\":[{\"id\":1}]", "'added_tokens[0]': expected a member 'content', found none.")]
    [InlineData("\"added_tokens\":[{\"id\":1,\"content\":\"x\",\"special\":\"yes\"}]", "'added_tokens[0].special': expected true or false, found \"yes\".")]
    public void Malformed_parts_are_refused_with_their_place(string part, string message) =>
        AssertRefused<InvalidDataException>($$"""{"model":{{SmallTokenizer.Letters}},{{part}}}""", message);

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_it_lacks()
    {
        using var folder = new TokenizerFolder();
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => HfTokenizer.Load(folder.Path));
        Assert.Equal($"The folder '{folder.Path}' holds neither tokenizer.json nor tokenizer.model. Name a model folder that has one of them.", error.Message);
    }

    [Fact]
    public void A_tokenizer_that_fills_memory_is_stopped()
    {
        string grows = $$"""{"type":"Replace","pattern":{"String":"a"},"content":"{{new string('a', 500)}}"}""";
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(
            normalizer: $$"""{"type":"Sequence","normalizers":[{{grows}},{{grows}},{{grows}},{{grows}}]}""",
            decoder: $$"""{"type":"Sequence","decoders":[{{grows}},{{grows}},{{grows}},{{grows}}]}"""));
        Assert.Equal("This tokenizer makes more than 1000192 characters of a text by normalizing it.",
            Assert.Throws<InvalidDataException>(() => tokenizer.Encode("aaa", addSpecialTokens: false)).Message);
        const string Message = "This tokenizer makes more than 1000000 characters of shorter tokens by decoding them.";
        Assert.Equal(Message, Assert.Throws<InvalidDataException>(() => tokenizer.Decode([1], skipSpecialTokens: false)).Message);

        // Also where each token is less.
        tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(decoder: grows));
        int[] ids = [.. Enumerable.Repeat(tokenizer.TokenId("a")!.Value, 3000)];
        Assert.Equal(1_000_000, tokenizer.Decode(ids.AsSpan(0, 2000), skipSpecialTokens: false).Length);
        Assert.Equal(Message, Assert.Throws<InvalidDataException>(() => tokenizer.Decode(ids, skipSpecialTokens: false)).Message);
    }

    [Theory]
    [InlineData("""{"type":"BPE","merges":[],"vocab":{"a":0,"TEXT":1}}""")]
    [InlineData("""{"type":"Unigram","vocab":[["a",0],["TEXT",0]]}""")]
    public void A_token_of_which_a_few_would_fill_memory_is_refused(string model)
    {
        string json = SmallTokenizer.Json(model.Replace("TEXT", new string('x', 20_000), StringComparison.Ordinal));
        Assert.EndsWith("'model.vocab': expected tokens of at most 16384 characters, found one of 20000.",
            Assert.Throws<InvalidDataException>(() => SmallTokenizer.Load(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_would_be_compared_without_bound_is_refused()
    {
        string json = SmallTokenizer.Json(addedTokens: $$"""[{"id":9,"content":"{{new string('a', 1025)}}","special":true}]""");
        Assert.Equal(
            $"The tokenizer's token \"{new string('a', 40)}...\" has 1025 characters; at most 1024 are supported.",
            Assert.Throws<InvalidDataException>(() => SmallTokenizer.Load(json)).Message);
    }

    [Theory]
    [InlineData("normalizer", "normalizers", """{"type":"NFC"}""", 101, "'normalizer': expected at most 100 normalizers, found more.")]
    [InlineData("pre_tokenizer", "pretokenizers", """{"type":"Whitespace"}""", 101,
        "'pre_tokenizer.pretokenizers[100]': expected at most 100 pre-tokenizers, found more.")]
    [InlineData("decoder", "decoders", """{"type":"Fuse"}""", 101, "'decoder': expected at most 100 decoders, found more.")]
    [InlineData("post_processor", "processors", """{"type":"BertProcessing","sep":["a",1],"cls":["b",2]}""", 501,
        "'post_processor.processors[500]': expected at most 1000 special tokens, found more.")]
    [InlineData("post_processor", "single", """{"SpecialToken":{"id":"x"}}""", 501, "'post_processor': expected at most 1000 special tokens, found more.")]
    public void More_parts_than_any_tokenizer_has_are_refused(string name, string list, string part, int count, string message)
    {
        string parts = string.Join(',', Enumerable.Repeat(part, count));
        string type = list == "single" ? """ "TemplateProcessing","special_tokens":{"x":{"ids":[1,2],"tokens":["a","b"]}} """ : "\"Sequence\"";
        AssertRefused<InvalidDataException>("{\"model\":" + SmallTokenizer.Letters + $",\"{name}\":{{\"type\":{type},\"{list}\":[{parts}]}}}}", message);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string nested = string.Concat(Enumerable.Repeat("{\"type\":\"Sequence\",\"normalizers\":[", 5_000));
        AssertRefused<InvalidDataException>("{\"normalizer\":" + nested, "line 1, byte 1101: not valid JSON.");
    }

    [Fact]
    public void A_token_that_is_needed_and_missing_is_named_when_a_text_needs_it()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json("""{"type":"WordLevel","unk_token":"<unk>","vocab":{"a":0}}"""));
        Assert.Equal([0], tokenizer.Encode("a", addSpecialTokens: false));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => tokenizer.Encode("b", addSpecialTokens: false));
        Assert.Equal("The text holds a word that is unknown, and the vocabulary lacks the WordLevel model's unknown token \"<unk>\".", error.Message);
    }

    [Theory]
    [InlineData("llama3-like", "tokenizer.json", 60)]
    [InlineData("unigram-t5-like", "tokenizer.json", 30)]
    [InlineData("llama2-legacy", "tokenizer.model", 150)]
    [InlineData("unigram-t5-like", "tokenizer.model", 60)]
    public void A_damaged_file_gives_an_error_or_a_tokenizer_that_works(string name, string file, int rounds)
    {
        byte[] good = File.ReadAllBytes(Path.Combine(Parity.GoldenCases.OwnRoot, "tokenizers", name, file));
        var random = new Random(11);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bad = [.. good];
            // Damage lies where the structure is: at the start, and in a few places anywhere.
            for (int i = 0; i < 3; i++) bad[random.Next(random.Next(2) == 0 ? Math.Min(2_000, bad.Length) : bad.Length)] = (byte)random.Next(256);
            if (round % 3 == 0) bad = bad[..random.Next(bad.Length)];
            refused += Survives(file, bad) ? 0 : 1;
        }
        Assert.InRange(refused, 1, rounds);
    }

    private static bool Survives(string file, byte[] content)
    {
        using var folder = new TokenizerFolder();
        folder.Write(file, content);
        try
        {
            HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
            int[] ids = tokenizer.Encode("Hello  world\n 中文 😀 ﬁ don't", addSpecialTokens: true);
            tokenizer.Decode(ids, skipSpecialTokens: true);
            tokenizer.EncodeWithOffsets("Hello  world\n 中文 😀 ﬁ don't", addSpecialTokens: true);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message));
            return false;
        }
    }

    private static void AssertRefused<TException>(string json, string message)
        where TException : Exception
    {
        using var folder = new TokenizerFolder();
        string path = folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(json));
        Assert.Equal($"{path}: {message}", Assert.Throws<TException>(() => HfTokenizer.Load(folder.Path)).Message);
    }
}
