namespace Microsoft.ML.SimPO.Text;

/// <summary>What classes of transformers make of a tokenizer.json by their own parameters.</summary>
public sealed class ConfiguredClassTests
{
    private const string Words = """{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"a":1,"A":2,"á":3,"Á":4,"中":5,"a中":6}}""";
    private const string Bert = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""";
    private const string CasedBert = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":true,"lowercase":false}""";

    [Theory]
    [InlineData(Bert, "{}", "a a 中")]
    [InlineData(Bert, """{"tokenizer_class":"BertTokenizer"}""", "a a 中")]
    [InlineData(Bert, """{"tokenizer_class":"BertTokenizer","do_lower_case":false}""", "Á A 中")]
    [InlineData(Bert, """{"tokenizer_class":"BertTokenizerFast","do_lower_case":false,"strip_accents":true}""", "A A 中")]
    [InlineData(Bert, """{"tokenizer_class":"DistilBertTokenizer","strip_accents":false}""", "á a 中")]
    [InlineData(Bert, """{"tokenizer_class":"ElectraTokenizer","tokenize_chinese_chars":false}""", "a a中")]
    [InlineData(Bert, """{"tokenizer_class":"MPNetTokenizer","tokenize_chinese_chars":false,"strip_accents":false}""", "á a 中")]
    [InlineData(Bert, """{"tokenizer_class":"PreTrainedTokenizerFast","do_lower_case":false}""", "a a 中")]
    [InlineData(CasedBert, """{"do_lower_case":true}""", "A ?")]
    [InlineData(CasedBert, """{"tokenizer_class":"BertTokenizer"}""", "a a 中")]
    [InlineData(CasedBert, """{"tokenizer_class":"MPNetTokenizer"}""", "a a中")]
    [InlineData(
        """{"type":"Sequence","normalizers":[{"type":"BertNormalizer"}]}""", """{"tokenizer_class":"BertTokenizer","do_lower_case":false}""", "a a 中")]
    public void Bert_takes_the_flags_of_its_normalizer_from_the_configuration(string normalizer, string config, string tokens)
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(Words, normalizer, """{"type":"WhitespaceSplit"}"""), config);
        Assert.Equal(tokens, string.Join(' ', tokenizer.EncodeWithOffsets("Á A中", addSpecialTokens: false).Tokens));
    }

    [Theory]
    [InlineData("true", "true", "{}", 0, 3)]
    [InlineData("true", "true", """{"tokenizer_class":"RobertaTokenizer"}""", 1, 3)]
    [InlineData("false", "true", """{"tokenizer_class":"RobertaTokenizerFast"}""", 1, 3)]
    [InlineData("true", "true", """{"tokenizer_class":"RobertaTokenizer","add_prefix_space":true}""", 0, 3)]
    [InlineData("true", "false", """{"tokenizer_class":"BartTokenizer","trim_offsets":false}""", 0, 2)]
    [InlineData("true", "false", """{"tokenizer_class":"GPT2Tokenizer","trim_offsets":false}""", 1, 3)]
    public void Roberta_takes_the_flags_of_its_post_processor_from_the_configuration(
        string trims, string prefix, string config, int firstStart, int secondStart)
    {
        string postProcessor = $$"""{"type":"RobertaProcessing","sep":["<end>",0],"cls":["<end>",0],"trim_offsets":{{trims}},"add_prefix_space":{{prefix}}}""";
        HfTokenizer tokenizer = SmallTokenizer.Load(
            SmallTokenizer.Json(SmallTokenizer.Bytes, preTokenizer: """{"type":"ByteLevel","add_prefix_space":false}""", postProcessor: postProcessor), config);
        // Both tokens are "Ġa"; a single space before the first counts as the one that was put there, where one is.
        HfEncoding encoding = tokenizer.EncodeWithOffsets(" a a", addSpecialTokens: false);
        Assert.Equal([257, 257], encoding.Ids);
        Assert.Equal([(firstStart, 2), (secondStart, 4)], encoding.Offsets);
    }
}
