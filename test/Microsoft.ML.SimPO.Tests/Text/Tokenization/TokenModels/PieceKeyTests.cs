using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text;

public sealed class PieceKeyTests
{
    [Fact]
    public void Keys_are_equal_where_pieces_are_wherever_they_stand()
    {
        string[] pieces = ["a", "a\0", "\0", "\0\0", " the", "thé", "th\u0131", "abcdefg", "abcdefgh", "abcdefghijklmno", "\u00FF", "\u0100", "ABCDEFG", "中",
            "中文", "😀", "中文中文中文中", "Ġ", "▁the", "t", "th", "the\u0000"];
        PieceKey[] alone = [.. pieces.Select(piece => Key(piece, 0, piece.Length))];
        for (int i = 0; i < pieces.Length; i++)
        {
            string text = "x中" + pieces[i] + "中yyyyyyyyyyyyyyyyyyyyy";
            Assert.True(alone[i].Equals(Key(text, 2, pieces[i].Length)), pieces[i]);
            for (int j = 0; j < pieces.Length; j++) Assert.Equal(i == j, alone[i].Equals(alone[j]));
        }
    }

    [Theory]
    [InlineData("abcdefghijklmnop")]
    [InlineData("中文中文中文中文")]
    public void A_longer_piece_has_none(string piece)
    {
        Assert.False(PieceKey.TryMake(piece, 0, piece.Length, out _));
        Assert.False(PieceKey.TryMake(piece + "yyyyyyyyyyyyyyyyyyyy", 0, piece.Length, out _));
    }

    private static PieceKey Key(string text, int start, int length)
    {
        Assert.True(PieceKey.TryMake(text, start, length, out PieceKey key), text);
        return key;
    }
}
