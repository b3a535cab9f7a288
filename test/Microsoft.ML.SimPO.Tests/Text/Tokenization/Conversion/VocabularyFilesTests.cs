using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Tokenizers of folders without a tokenizer.json, and what the small files beside one say.</summary>
public sealed class VocabularyFilesTests
{
    private const string Words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##c\n";

    /// <summary>A tokenizer of letters, whose next free id is 9.</summary>
    private static string Letters => SmallTokenizer.Json();

    [Fact]
    public void Added_tokens_have_the_ids_of_their_file_also_behind_a_hole()
    {
        using var folder = new TemporaryFolder(("vocab.txt", Words), ("added_tokens.json", """{"<|end|>": 11, "<tool>": 9}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal([5, 11, 9, 6, 7], tokenizer.Encode("a<|end|><tool>bc", addSpecialTokens: false));
        ModelFiles files = VocabularyFiles.Convert(ModelFiles.Read(folder.Path, TokenizerReader.FileNames))!.Files;
        using var saved = new TokenizerFolder();
        saved.Write("tokenizer.json", files.Get("tokenizer.json"));
        Assert.Equal([2, 5, 11, 9, 6, 7, 3], HfTokenizer.Load(saved.Path).Encode("a<|end|><tool>bc", addSpecialTokens: true));
    }

    [Theory]
    [InlineData("""{"<|end|>": 5}""",
        "added_tokens.json gives `<|end|>` the id 5, which is the piece `a` of vocab.txt. Both cannot be meant: correct one of the files.")]
    [InlineData("""{"a": 12}""", "added_tokens.json gives `a` the id 12, and vocab.txt has it as 5. Both cannot be meant: correct one of the files.")]
    public void An_id_that_is_somebody_elses_is_refused(string added, string message)
    {
        using var folder = new TemporaryFolder(("vocab.txt", Words), ("added_tokens.json", added));
        var error = Assert.Throws<InvalidDataException>(() => HfTokenizer.Load(folder.Path));
        Assert.Equal($"{Path.Combine(folder.Path, "vocab.txt")}: {message}", error.Message);
    }

    [Fact]
    public void Of_two_vocabularies_that_of_the_class_is_read_and_the_other_is_named()
    {
        using var folder = new TemporaryFolder(
            ("vocab.txt", Words), ("vocab.json", """{"a": 0, "b": 1, "ab": 2}"""), ("merges.txt", "#version: 0.2\na b\n"),
            ("config.json", """{"model_type": "bert"}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal([5, 7], tokenizer.Encode("ac", addSpecialTokens: false));
        Assert.Equal(
            [$"Warning: '{folder.Path}' holds more than one vocabulary: vocab.txt is used, and vocab.json is not read. "
                + "Remove what the model was not trained with."],
            tokenizer.Remarks);
    }

    [Fact]
    public void Pieces_without_their_merges_are_told()
    {
        using var folder = new TemporaryFolder(("vocab.json", """{"a": 0}"""), ("config.json", """{"model_type": "gpt2"}"""));
        Assert.Equal(
            $"{Path.Combine(folder.Path, "vocab.json")} lies there without merges.txt, which says how its pieces come about. Get that file, too.",
            Assert.Throws<FileNotFoundException>(() => HfTokenizer.Load(folder.Path)).Message);
    }

    [Fact]
    public void A_token_that_tekken_json_holds_twice_is_told()
    {
        using var folder = new TemporaryFolder(("tekken.json", """
            {"config": {"version": "v3", "pattern": "a", "default_num_special_tokens": 20, "default_vocab_size": 22},
             "vocab": [{"rank": 0, "token_bytes": "YQ=="}, {"rank": 1, "token_bytes": "YQ=="}]}
            """));
        Assert.Equal(
            $"{Path.Combine(folder.Path, "tekken.json")}: gives the ranks 0 and 1 to the same token: it is damaged. Download it again.",
            Assert.Throws<InvalidDataException>(() => HfTokenizer.Load(folder.Path)).Message);
    }

    /// <summary>Lines end in a line feed, with or without a carriage return before it; other separators are parts of pieces, and the last needs none.</summary>
    [Theory]
    [InlineData("\n", "")]
    [InlineData("\n", "\n")]
    [InlineData("\r\n", "")]
    [InlineData("\r\n", "\r\n")]
    public void Lines_of_a_vocabulary_end_in_any_way(string separator, string end)
    {
        string[] pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "", "x\u2028y", "a", "##c"];
        using var folder = new TemporaryFolder(("vocab.txt", string.Join(separator, pieces) + end));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal([7, 8], tokenizer.Encode("ac", addSpecialTokens: false));
        Assert.Equal(pieces, Enumerable.Range(0, 9).Select(id => tokenizer.TokenText(id)));
        Assert.Equal(9, tokenizer.VocabularySize);
    }

    [Fact]
    public void A_class_names_the_tokens_that_no_file_does_and_a_null_says_that_there_is_none()
    {
        using var bare = new TemporaryFolder(("vocab.txt", Words));
        Assert.Equal("[PAD]", SpecialTokens.Load(bare.Path).Variables["pad_token"]);
        using var folder = new TemporaryFolder(("vocab.txt", Words), ("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer", "pad_token": null}"""));
        Assert.False(SpecialTokens.Load(folder.Path).Variables.ContainsKey("pad_token"));
        Assert.Equal("[MASK]", SpecialTokens.Load(folder.Path).Variables["mask_token"]);
    }

    [Fact]
    public void Tokens_that_only_added_tokens_names_come_behind_those_of_the_tokenizer()
    {
        using var folder = new TemporaryFolder(
            ("tokenizer.json", Letters), ("added_tokens.json", """{"<|im_end|>": 9, "<x>": 10}"""),
            ("special_tokens_map.json", """{"eos_token": "<|im_end|>"}"""),
            ("tokenizer_config.json", """{"eos_token": "a"}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal([1, 9, 10], tokenizer.Encode("a<|im_end|><x>", addSpecialTokens: false));
        Assert.Equal((true, false), (tokenizer.IsSpecial(9), tokenizer.IsSpecial(10)));
        Assert.Equal("<|im_end|>", SpecialTokens.Load(folder.Path).Eos);
        Assert.Empty(tokenizer.Remarks);
    }

    [Fact]
    public void With_a_list_of_its_own_the_configuration_alone_counts()
    {
        using var folder = new TemporaryFolder(
            ("tokenizer.json", Letters), ("added_tokens.json", """{"<x>": 9}"""), ("special_tokens_map.json", """{"eos_token": "b"}"""),
            ("tokenizer_config.json", """{"eos_token": "<y>", "added_tokens_decoder": {"9": {"content": "<y>", "special": true}}}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal(9, tokenizer.TokenId("<y>"));
        Assert.Null(tokenizer.TokenId("<x>"));
        Assert.Equal("<y>", SpecialTokens.Load(folder.Path).Eos);
    }

    [Fact]
    public void An_id_that_the_library_gives_otherwise_is_warned_of()
    {
        using var folder = new TemporaryFolder(("tokenizer.json", Letters), ("added_tokens.json", """{"<x>": 12}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal(9, tokenizer.TokenId("<x>"));
        Assert.Equal(
            [$"Warning: '{folder.Path}': added_tokens.json gives `<x>` the id 12, and tokenizer.json has it as 9, which is used, as in transformers."],
            tokenizer.Remarks);
    }

    [Fact]
    public void Special_tokens_are_split_where_the_configuration_says_so_and_others_are_not()
    {
        using var folder = new TemporaryFolder(
            ("tokenizer.json", SmallTokenizer.Json(addedTokens: """[{"id":6,"content":"ab","special":true},{"id":9,"content":"cd","special":false}]""")),
            ("tokenizer_config.json", """{"split_special_tokens": true}"""));
        HfTokenizer tokenizer = HfTokenizer.Load(folder.Path);
        Assert.Equal([6, 5, 9], tokenizer.Encode("abecd", addSpecialTokens: false));
        Assert.Equal(
            [$"'{folder.Path}': `split_special_tokens` is true, so special tokens that stand in a text are letters, "
                + "also those that a chat template writes."],
            tokenizer.Remarks);
    }

    [Fact]
    public void A_flag_that_transformers_does_not_heed_is_named()
    {
        using var folder = new TemporaryFolder(
            ("tokenizer.json", Letters), ("tokenizer_config.json", """{"tokenizer_class": "Qwen2Tokenizer", "add_bos_token": true}"""));
        Assert.Equal(
            [$"'{folder.Path}': `add_bos_token` is true, which the class Qwen2Tokenizer of transformers 4.57 does not heed: "
                + "tokenizer.json puts nothing before a text, and that counts."],
            HfTokenizer.Load(folder.Path).Remarks);
    }
}
