using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

namespace Microsoft.ML.SimPO.Text;

public sealed class UnicodeFormNormalizerTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("a\u0308\u0323", "\u1EA1\u0308", "a\u0323\u0308", "\u1EA1\u0308", "a\u0323\u0308")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("각", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("\u1100\u1161\u11A8x", "각x", "\u1100\u1161\u11A8x", "각x", "\u1100\u1161\u11A8x")]
    [InlineData("가\u11A8", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("ﬁ½", "ﬁ½", "ﬁ½", "fi1\u20442", "fi1\u20442")]
    [InlineData("\U0002F800", "\u4E3D", "\u4E3D", "\u4E3D", "\u4E3D")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("plain", "plain", "plain", "plain", "plain")]
    public void The_four_forms_of_a_text(string text, string c, string d, string kc, string kd)
    {
        Assert.Equal(c, Normalized(text, compose: true, compatible: false));
        Assert.Equal(d, Normalized(text, compose: false, compatible: false));
        Assert.Equal(kc, Normalized(text, compose: true, compatible: true));
        Assert.Equal(kd, Normalized(text, compose: false, compatible: true));
    }

    [Fact]
    public void Normalizing_twice_changes_nothing_more()
    {
        for (int codePoint = 0; codePoint <= 0x2FFFF; codePoint += 3)
        {
            if (!Rune.IsValid(codePoint)) continue;
            string text = "x" + new Rune(codePoint) + "\u0323\u0301";
            foreach (bool compose in new[] { true, false })
            {
                string once = Normalized(text, compose, compatible: true);
                Assert.Equal(once, Normalized(once, compose, compatible: true));
            }
        }
    }

    [Fact]
    public void What_is_composed_stands_for_all_that_it_was_composed_of()
    {
        var text = new AlignedText();
        text.Load("xa\u0308\u0323y", 0, 5, aligned: true);
        new UnicodeFormNormalizer(compose: true, compatible: false).Normalize(text);
        Assert.Equal("x\u1EA1\u0308y", text.Units.ToString());
        Assert.Equal([(0, 1), (1, 2), (3, 4), (4, 5)], Enumerable.Range(0, 4).Select(text.Origin));
    }

    private static string Normalized(string given, bool compose, bool compatible)
    {
        var text = new AlignedText();
        text.Load(given, 0, given.Length, aligned: false);
        new UnicodeFormNormalizer(compose, compatible).Normalize(text);
        return text.Units.ToString();
    }
}
