using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO.Text;

/// <summary>The members that every tokenizer of Microsoft.ML.Tokenizers has.</summary>
public sealed class HfTokenizerMachineLearningTests
{
    private readonly HfTokenizer _tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(decoder: """{"type":"Fuse"}"""));

    [Fact]
    public void Ids_and_tokens_are_those_without_special_tokens()
    {
        Assert.Equal([7, 6, 4], _tokenizer.EncodeToIds("abcabd"));
        IReadOnlyList<EncodedToken> tokens = _tokenizer.EncodeToTokens("abcabd", out string? normalized);
        Assert.Null(normalized);
        Assert.Equal([(7, "abc", 0..3), (6, "ab", 3..5), (4, "d", 5..6)], tokens.Select(token => (token.Id, token.Value, token.Offset)));
        Assert.Equal(3, _tokenizer.CountTokens("abcabd"));
    }

    [Fact]
    public void A_bound_on_the_tokens_says_how_much_of_the_text_they_are()
    {
        Assert.Equal([7, 6], _tokenizer.EncodeToIds("abcabd", maxTokenCount: 2, out _, out int consumed));
        Assert.Equal(5, consumed);
        Assert.Equal(5, _tokenizer.GetIndexByTokenCount("abcabd", maxTokenCount: 2, out _, out int count));
        Assert.Equal(2, count);
    }

    [Fact]
    public void Decoding_stops_where_the_room_ends()
    {
        Assert.Equal("abcab", _tokenizer.Decode([7, 6]));
        Span<char> room = new char[4];
        Assert.Equal(OperationStatus.DestinationTooSmall, _tokenizer.Decode([7, 6], room, out int ids, out int characters));
        Assert.Equal((1, 3), (ids, characters));
        room = new char[5];
        Assert.Equal(OperationStatus.Done, _tokenizer.Decode([7, 6], room, out ids, out characters));
        Assert.Equal((2, 5, "abcab"), (ids, characters, room.ToString()));
    }
}
