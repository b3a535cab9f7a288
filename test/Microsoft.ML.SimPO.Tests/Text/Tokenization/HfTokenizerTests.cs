using System.Globalization;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text;

public sealed class HfTokenizerTests
{
    private const string Template = """
        {"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"?","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"e","type_id":0}}],"pair":[],
        "special_tokens":{"?":{"id":"?","ids":[0],"tokens":["?"]},"e":{"id":"e","ids":[5],"tokens":["e"]}}}
        """;

    [Fact]
    public void The_pair_of_the_lowest_rank_merges_first()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json());
        Assert.Equal([7, 6, 1, 3], tokenizer.Encode("abcabac", addSpecialTokens: false));
        Assert.Equal(["abc", "ab", "a", "c"], tokenizer.EncodeWithOffsets("abcabac", addSpecialTokens: false).Tokens);
    }

    [Fact]
    public void Special_tokens_go_around_the_text_and_have_no_place()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(postProcessor: Template));
        HfEncoding encoding = tokenizer.EncodeWithOffsets("abd", addSpecialTokens: true);
        Assert.Equal([0, 6, 4, 5], encoding.Ids);
        Assert.Equal([(0, 0), (0, 2), (2, 3), (0, 0)], encoding.Offsets);
        Assert.Equal([6, 4], tokenizer.Encode("abd", addSpecialTokens: false));
        Assert.Equal([0, 5], tokenizer.Encode("", addSpecialTokens: true));
        Assert.Equal(4, tokenizer.CountTokens("abd", addSpecialTokens: true));
    }

    [Fact]
    public void Offsets_count_UTF16_units_and_a_cut_character_gives_all_its_tokens_the_same_place()
    {
        HfTokenizer tokenizer =
            SmallTokenizer.Load(SmallTokenizer.Json(SmallTokenizer.Bytes, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"""));
        HfEncoding encoding = tokenizer.EncodeWithOffsets("😀é", addSpecialTokens: false);
        Assert.Equal([0xF0 + 1, 0x9F + 1, 0x98 + 1, 0x80 + 1, 0xC3 + 1, 0xA9 + 1], encoding.Ids);
        Assert.Equal([(0, 2), (0, 2), (0, 2), (0, 2), (2, 3), (2, 3)], encoding.Offsets);
    }

    [Fact]
    public void White_space_is_trimmed_off_a_place_by_code_points()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(
            SmallTokenizer.Bytes, preTokenizer: """{"type":"ByteLevel","add_prefix_space":true,"use_regex":false}""",
            postProcessor: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}""",
            addedTokens: """[{"id":258,"content":"<x>","special":true}]"""));
        // The space that was put before the emoji stands for all of it, and what is left of that is its end.
        HfEncoding encoding = tokenizer.EncodeWithOffsets("<x>😀", addSpecialTokens: false);
        Assert.Equal([(0, 3), (5, 5), (3, 5), (3, 5), (3, 5), (3, 5)], encoding.Offsets);
    }

    [Fact]
    public void A_surrogate_without_its_partner_counts_as_the_replacement_character()
    {
        HfTokenizer tokenizer =
            SmallTokenizer.Load(SmallTokenizer.Json(SmallTokenizer.Bytes, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false}"""));
        Assert.Equal(tokenizer.Encode("a\uFFFD\uFFFDb", addSpecialTokens: false), tokenizer.Encode("a\uDC00\uD800b", addSpecialTokens: false));
    }

    [Fact]
    public void Unknown_characters_in_a_row_fuse_only_where_the_model_says_so()
    {
        string fused = SmallTokenizer.Letters.Replace("\"unk_token\"", "\"fuse_unk\":true,\"unk_token\"", StringComparison.Ordinal);
        Assert.Equal([1, 0, 0, 2], SmallTokenizer.Load(SmallTokenizer.Json()).Encode("axyb", addSpecialTokens: false));
        HfEncoding encoding = SmallTokenizer.Load(SmallTokenizer.Json(fused)).EncodeWithOffsets("axyb", addSpecialTokens: false);
        Assert.Equal([1, 0, 2], encoding.Ids);
        Assert.Equal([(0, 1), (1, 3), (3, 4)], encoding.Offsets);
    }

    [Fact]
    public void Characters_are_dropped_where_there_is_no_unknown_token_and_what_they_parted_may_merge()
    {
        string model = SmallTokenizer.Letters.Replace("\"?\",\"vocab\"", "null,\"vocab\"", StringComparison.Ordinal);
        Assert.Equal([6], SmallTokenizer.Load(SmallTokenizer.Json(model)).Encode("axb", addSpecialTokens: false));
    }

    [Fact]
    public void An_added_token_takes_the_white_space_that_its_flags_say()
    {
        const string Added = """
            [{"id":9,"content":"<l>","lstrip":true,"special":true},{"id":10,"content":"<r>","rstrip":true,"special":true},
            {"id":11,"content":"<w>","single_word":true,"special":true}]
            """;
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(addedTokens: Added));
        HfEncoding encoding = tokenizer.EncodeWithOffsets("a \n<l>b<r>\t a", addSpecialTokens: false);
        Assert.Equal([1, 9, 2, 10, 1], encoding.Ids);
        Assert.Equal([(0, 1), (1, 6), (6, 7), (7, 12), (12, 13)], encoding.Offsets);
        // It touches a letter, then it does not.
        Assert.Equal([1, 0, 0, 0, 0, 11], tokenizer.Encode("a<w> <w>", addSpecialTokens: false));
        Assert.True(tokenizer.IsSpecial(9));
        Assert.False(tokenizer.IsSpecial(1));
        Assert.Equal("ab", tokenizer.Decode([1, 9, 2], skipSpecialTokens: true).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_longest_added_token_at_the_leftmost_place_is_found()
    {
        const string Added = """[{"id":9,"content":"ab","special":true},{"id":10,"content":"abcd","special":true},{"id":11,"content":"bcd","special":true}]""";
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(addedTokens: Added));
        // "ab" is in the vocabulary of the model and keeps its id there; the next one gets the first free.
        Assert.Equal([9, 6, 3, 10], tokenizer.Encode("abcdabcbcd", addSpecialTokens: false));
        Assert.Equal(11, tokenizer.VocabularySize);
    }

    [Fact]
    public void A_token_that_is_normalized_is_found_in_normalized_text()
    {
        const string Added = """[{"id":9,"content":"AD","normalized":true,"special":false}]""";
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(normalizer: """{"type":"Lowercase"}""", addedTokens: Added));
        Assert.Equal([9, 9, 1], tokenizer.Encode("adAdA", addSpecialTokens: false));
        Assert.Equal("AD", tokenizer.TokenText(9));
        Assert.Equal(9, tokenizer.TokenId("AD"));
        Assert.Null(tokenizer.TokenId("ad"));
        Assert.Null(tokenizer.TokenText(10));
    }

    [Fact]
    public void The_configuration_decides_on_a_prefix_space_and_on_the_flags_of_added_tokens()
    {
        string json =
            SmallTokenizer.Json(SmallTokenizer.Bytes, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false}""", decoder: """{"type":"ByteLevel"}""");
        Assert.Equal(['b' + 1], SmallTokenizer.Load(json, "{}").Encode("b", addSpecialTokens: false));
        Assert.Equal([' ' + 1, 'b' + 1], SmallTokenizer.Load(json, """{"add_prefix_space":true}""").Encode("b", addSpecialTokens: false));
        HfTokenizer special = SmallTokenizer.Load(json, """{"eos_token":{"content":"<end>"},"additional_special_tokens":["<x>"]}""");
        Assert.Equal([0, 258], special.Encode("<end><x>", addSpecialTokens: false));
        Assert.True(special.IsSpecial(0));
        HfTokenizer named = SmallTokenizer.Load(
            json, """{"eos_token":"<end>","added_tokens_decoder":{"0":{"content":"<end>","special":false},"10":{"content":"<y>"},"9":{"content":"<x>"}}}""");
        Assert.True(named.IsSpecial(0));
        Assert.Equal((258, 259), (named.TokenId("<x>"), named.TokenId("<y>")));
        Assert.False(named.IsSpecial(258));
        HfTokenizer strips = SmallTokenizer.Load(json, """{"added_tokens_decoder":{"0":{"content":"<end>","rstrip":true,"special":true}}}""");
        Assert.Equal([0, 'b' + 1], strips.Encode("<end> \nb", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"LlamaTokenizerFast","bos_token":"d","eos_token":"e"}""", "d ab")]
    [InlineData("""{"tokenizer_class":"LlamaTokenizer","add_bos_token":false,"add_eos_token":true,"eos_token":{"content":"e"}}""", "ab e")]
    [InlineData("""{"tokenizer_class":"GPTNeoXTokenizer","bos_token":"d","eos_token":"e"}""", "ab")]
    [InlineData("""{"tokenizer_class":"GPTNeoXTokenizerFast","add_bos_token":true,"bos_token":"d","eos_token":"e"}""", "d ab")]
    [InlineData("""{"tokenizer_class":"PreTrainedTokenizerFast","add_bos_token":true,"bos_token":"d"}""", "? ab e")]
    public void Some_classes_of_transformers_put_BOS_and_EOS_by_the_configuration(string config, string tokens) =>
        Assert.Equal(tokens,
            string.Join(' ', SmallTokenizer.Load(SmallTokenizer.Json(postProcessor: Template), config).EncodeWithOffsets("ab", addSpecialTokens: true).Tokens));

    [Fact]
    public void A_configured_token_that_does_not_exist_is_named()
    {
        InvalidDataException error =
            Assert.Throws<InvalidDataException>(() => SmallTokenizer.Load(SmallTokenizer.Json(), """{"tokenizer_class":"LlamaTokenizer"}"""));
        Assert.EndsWith(
            "tokenizer_config.json: 'add_bos_token' asks for the token \"<s>\", which the vocabulary lacks.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "ab", "▁ ab")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "", "")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"x+"},"content":"c"}""", "axxb", "a c b")]
    [InlineData("""{"type":"Replace","pattern":{"String":""},"content":"c"}""", "ab", "ab")]
    [InlineData("""{"type":"Lowercase"}""", "AB", "ab")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " a ", "a ?")]
    [InlineData("""{"type":"NFKC"}""", "ａｂ", "ab")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}""", "á", "a")]
    [InlineData("""{"type":"Nmt"}""", "a\u0001b\u200Bc", "ab ? c")]
    [InlineData("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""", "Á\0\t中", "a ? ? ? ?")]
    [InlineData("""{"type":"Precompiled","precompiled_charsmap":null}""", "ab", "ab")]
    public void A_normalizer_rewrites(string normalizer, string text, string tokens) =>
        Assert.Equal(
            tokens, string.Join(' ', SmallTokenizer.Load(SmallTokenizer.Json(normalizer: normalizer)).EncodeWithOffsets(text, addSpecialTokens: false).Tokens));

    [Theory]
    [InlineData("""{"type":"Split","pattern":{"String":"b"},"behavior":"Removed","invert":false}""", "a c")]
    [InlineData("""{"type":"Split","pattern":{"String":"b"},"behavior":"Isolated","invert":false}""", "a b c")]
    [InlineData("""{"type":"Split","pattern":{"String":"b"},"behavior":"MergedWithPrevious","invert":false}""", "ab c")]
    [InlineData("""{"type":"Split","pattern":{"String":"b"},"behavior":"Removed","invert":true}""", "b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[bx]"},"behavior":"Contiguous","invert":false}""", "a b c")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"b"}""", "a c")]
    [InlineData("""{"type":"FixedLength","length":2}""", "ab c")]
    [InlineData("""{"type":"Whitespace"}""", "abc")]
    public void A_pre_tokenizer_cuts_abc(string preTokenizer, string tokens) =>
        Assert.Equal(tokens,
            string.Join(' ', SmallTokenizer.Load(SmallTokenizer.Json(preTokenizer: preTokenizer)).EncodeWithOffsets("abc", addSpecialTokens: false).Tokens));

    [Theory]
    [InlineData("null", "a b ▁ab")]
    [InlineData("""{"type":"Fuse"}""", "ab▁ab")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "ab ab")]
    [InlineData("""{"type":"BPEDecoder","suffix":"b"}""", "a ▁a")]
    [InlineData("""{"type":"WordPiece","prefix":"▁","cleanup":false}""", "a bab")]
    [InlineData("""{"type":"CTC","pad_token":"b","word_delimiter_token":"▁","cleanup":true}""", "a a")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"Fuse"},"""
        + """{"type":"Strip","content":"a","start":1,"stop":0}]}""", "b ab")]
    public void A_decoder_joins(string decoder, string text)
    {
        const string Model = """{"type":"WordLevel","unk_token":"a","vocab":{"a":0,"b":1,"▁ab":2}}""";
        Assert.Equal(text, SmallTokenizer.Load(SmallTokenizer.Json(Model, decoder: decoder)).Decode([0, 1, 2, 99], skipSpecialTokens: false));
    }

    [Theory]
    [InlineData("""{"max_length":4,"strategy":"LongestFirst","direction":"Right","stride":0}""", "null", "? a b e")]
    [InlineData("""{"max_length":4,"strategy":"OnlyFirst","direction":"Left","stride":0}""", "null", "? c d e")]
    [InlineData(
        "null", """{"strategy":{"Fixed":8},"direction":"Right","pad_to_multiple_of":null,"pad_id":8,"pad_type_id":0,"pad_token":"▁"}""",
        "? a b c d e ▁ ▁")]
    [InlineData(
        "null", """{"strategy":"BatchLongest","direction":"Left","pad_to_multiple_of":4,"pad_id":8,"pad_type_id":0,"pad_token":"▁"}""",
        "▁ ▁ ? a b c d e")]
    [InlineData(
        "null", """{"strategy":{"Fixed":7},"direction":"Right","pad_to_multiple_of":4,"pad_id":8,"pad_type_id":0,"pad_token":"▁"}""", "? a b c d e ▁ ▁")]
    [InlineData("null", """{"strategy":{"Fixed":3},"direction":"Right","pad_to_multiple_of":4,"pad_id":8,"pad_type_id":0,"pad_token":"▁"}""", "? a b c d e")]
    [InlineData("null", """{"strategy":{"Fixed":0},"direction":"Right","pad_to_multiple_of":4,"pad_id":8,"pad_type_id":0,"pad_token":"▁"}""", "? a b c d e")]
    public void Length_is_as_the_file_says_where_that_is_asked_for(string truncation, string padding, string tokens)
    {
        string json = SmallTokenizer.Json(SmallTokenizer.Letters.Replace("\"a b\",\"ab c\"", "", StringComparison.Ordinal), postProcessor: Template)
            .Replace("\"truncation\":null,\"padding\":null", $"\"truncation\":{truncation},\"padding\":{padding}", StringComparison.Ordinal);
        HfTokenizer tokenizer = SmallTokenizer.Load(json);
        HfEncoding encoding = tokenizer.EncodeToConfiguredLength("abcd", addSpecialTokens: true);
        Assert.Equal(tokens, string.Join(' ', encoding.Tokens));
        Assert.Equal(encoding.Tokens.Count(token => token is "a" or "b" or "c" or "d"), encoding.Offsets.Count(offset => offset != (0, 0)));
        Assert.Equal(6, tokenizer.Encode("abcd", addSpecialTokens: true).Length);
    }

    [Fact]
    public void A_token_that_is_given_again_has_the_flags_of_the_last_and_stays_special()
    {
        const string Twice = """
            [{"id":9,"content":"<x>","special":true,"normalized":false,"lstrip":false,"rstrip":false,"single_word":false},
             {"id":9,"content":"<x>","special":false,"normalized":false,"lstrip":false,"rstrip":true,"single_word":false}]
            """;
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(addedTokens: Twice, decoder: """{"type":"Fuse"}"""));
        Assert.Equal([1, 9, 2], tokenizer.Encode("a<x>  b", addSpecialTokens: false));
        Assert.True(tokenizer.IsSpecial(9));
        Assert.Equal("ab", tokenizer.Decode([1, 9, 2], skipSpecialTokens: true));
        Assert.Equal("a<x>b", tokenizer.Decode([1, 9, 2], skipSpecialTokens: false));
    }

    [SkippableFact]
    public void The_culture_of_the_thread_does_not_matter()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo? turkish = CultureInfo.GetCultures(CultureTypes.AllCultures).FirstOrDefault(c => c.Name == "tr-TR");
        Skip.If(turkish is null, "There is no Turkish culture on this machine.");
        try
        {
            CultureInfo.CurrentCulture = turkish!;
            const string Model = """{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"i":1,"i̇":2}}""";
            HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(Model, """{"type":"Lowercase"}"""));
            Assert.Equal([1], tokenizer.Encode("I", addSpecialTokens: false));
            Assert.Equal([2], tokenizer.Encode("İ", addSpecialTokens: false));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Sixteen_threads_on_one_instance_get_what_one_gets()
    {
        string folder = Path.Combine(Parity.GoldenCases.OwnRoot, "tokenizers", "llama3-like");
        HfTokenizer alone = HfTokenizer.Load(folder), tokenizer = HfTokenizer.Load(folder);
        string[] texts =
            [.. Enumerable.Range(0, 400).Select(i => $"text {i} — {new string((char)('a' + i % 26), i % 60)} {i * 7919} naïve 中文 😀\n\n don't")];
        int[][] expected = [.. texts.Select(text => alone.Encode(text, addSpecialTokens: true))];
        Parallel.For(0, 16 * texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            int at = (i * 31) % texts.Length;
            Assert.Equal(expected[at], tokenizer.Encode(texts[at], addSpecialTokens: true));
            Assert.Equal(expected[at], tokenizer.EncodeWithOffsets(texts[at], addSpecialTokens: true).Ids);
            Assert.Equal(texts[at], tokenizer.Decode(expected[at], skipSpecialTokens: true));
        });
    }

    [Theory]
    [InlineData("llama3-like", 'a')]
    [InlineData("llama3-like", ' ')]
    [InlineData("llama2-legacy", 'a')]
    [InlineData("unigram-t5-like", 'a')]
    [InlineData("qwen2-like", '\u0301')]
    public void A_long_text_without_a_break_takes_linear_time(string name, char unit)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(Path.Combine(Parity.GoldenCases.OwnRoot, "tokenizers", name));
        long once = tokenizer.CountWork(new string(unit, 100_000)), twice = tokenizer.CountWork(new string(unit, 200_000));
        // Every character is looked at, by the pattern or by the model; twice the text takes twice the steps, and a little for the logarithm in merging.
        Assert.InRange(once, 100_000, 6_000_000);
        Assert.InRange((double)twice / once, 1.9, 2.2);
    }
}
