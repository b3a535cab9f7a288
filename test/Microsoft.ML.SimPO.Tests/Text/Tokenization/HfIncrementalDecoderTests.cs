namespace Microsoft.ML.SimPO.Text;

public sealed class HfIncrementalDecoderTests
{
    [Fact]
    public void A_character_that_is_not_complete_is_kept_back()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(SmallTokenizer.Bytes, decoder: """{"type":"ByteLevel"}"""));
        HfIncrementalDecoder decoder = tokenizer.CreateIncrementalDecoder(skipSpecialTokens: false);
        Assert.Equal(["", "", "", "😀", "a", ""], new[] { 0xF0, 0x9F, 0x98, 0x80, 'a', 0xC3 }.Select(value => decoder.Append(value + 1)));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("b", decoder.Append('b' + 1));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Bytes_that_no_character_starts_with_come_out_with_the_next_one()
    {
        HfTokenizer tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(SmallTokenizer.Bytes, decoder: """{"type":"ByteLevel"}"""));
        HfIncrementalDecoder decoder = tokenizer.CreateIncrementalDecoder(skipSpecialTokens: false);
        Assert.Equal(["\uFFFD", "", "\uFFFDa"], new[] { 0x80, 0xE4, 'a' }.Select(value => decoder.Append(value + 1)));
    }

    [Theory]
    [InlineData("llama3-like")]
    [InlineData("qwen2-like")]
    [InlineData("llama2-legacy")]
    [InlineData("unigram-t5-like")]
    public void Any_ids_give_step_by_step_what_they_give_at_once(string name)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(Path.Combine(Parity.GoldenCases.OwnRoot, "tokenizers", name));
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(-1, tokenizer.VocabularySize + 5))];
            bool skip = round % 2 == 0;
            HfIncrementalDecoder decoder = tokenizer.CreateIncrementalDecoder(skip);
            Assert.Equal(tokenizer.Decode(ids, skip), string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
        }
    }
}
