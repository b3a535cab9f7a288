namespace Microsoft.ML.SimPO.Generation;

public class StopStringScannerTests
{
    /// <summary>Cut into pieces in every way, what comes through is the same.</summary>
    [Theory]
    [InlineData("one two three", "two", "one ")]
    [InlineData("one two three", "four", "one two three")]
    [InlineData("aab", "ab", "a")]
    [InlineData("abaabab", "abab", "aba")]
    [InlineData("first END second", "second|END", "first ")]
    [InlineData("almost EN", "END", "almost EN")]
    [InlineData("x", "x", "")]
    public void Text_ends_before_the_first_stop_string(string text, string stops, string expected)
    {
        for (int cut = 0; cut < 1 << (text.Length - 1); cut++)
        {
            var scanner = new StopStringScanner(stops.Split('|'));
            string passed = "", piece = "";
            for (int i = 0; i < text.Length; i++)
            {
                piece += text[i];
                if (i < text.Length - 1 && (cut >> i & 1) == 0) continue;
                passed += scanner.Pass(piece);
                Assert.StartsWith(passed, expected, StringComparison.Ordinal);
                piece = "";
            }
            Assert.Equal(expected, passed + scanner.Rest());
            Assert.Equal(expected != text, scanner.Found);
        }
    }

    [Fact]
    public void Nothing_is_held_back_that_can_not_begin_a_stop_string()
    {
        var scanner = new StopStringScanner(["\n\n"]);
        Assert.Equal("one", scanner.Pass("one"));
        Assert.Equal("", scanner.Pass("\n"));
        Assert.Equal("\ntwo", scanner.Pass("two"));
    }
}
