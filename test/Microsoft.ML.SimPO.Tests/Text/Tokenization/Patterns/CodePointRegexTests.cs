using Microsoft.ML.SimPO.Text.Tokenization.Patterns;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text;

public sealed class CodePointRegexTests
{
    [Theory]
    [InlineData("a|ab", "ab", "a")]
    [InlineData("(?:a|ab)c", "abc", "abc")]
    [InlineData("a+?b", "aab", "aab")]
    [InlineData("a{2,3}", "aaaaa", "aaa|aa")]
    [InlineData("a{2,3}?", "aaaaa", "aa|aa")]
    [InlineData("a{2}", "aaa", "aa")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a{x}", "a{x}", "a{x}")]
    [InlineData("(?>a+)ab", "aaab", "")]
    [InlineData("a++ab|b", "aab", "b")]
    [InlineData("a?+a", "a", "")]
    [InlineData("(?=ab)a", "abac", "a")]
    [InlineData("a(?!b)", "abac", "a")]
    [InlineData("(?<=x)a", "axa", "a")]
    [InlineData("(?<!x)a.", "xaabac", "ab|ac")]
    [InlineData("(?<=ab|c)d", "abdcdd", "d|d")]
    [InlineData("^a", "a\naab", "a|a")]
    [InlineData("a$", "ab\na", "a")]
    [InlineData("\\Aa|b\\z", "aab\nb", "a|b")]
    [InlineData("b\\Z", "bb\n", "b")]
    [InlineData("\\bab", "ab cab", "ab")]
    [InlineData("b\\B", "bb", "b")]
    [InlineData("[a-cx]+", "abcdxy", "abc|x")]
    [InlineData("[^a]", "ab", "b")]
    [InlineData("[]a]+", "]a", "]a")]
    [InlineData("[a\\-]+", "a-b", "a-")]
    [InlineData("[a-]+", "a-b", "a-")]
    [InlineData("[a-z&&[^aeiou]]+", "abcde", "bcd")]
    [InlineData("[[:digit:]a]+", "1a2b", "1a2")]
    [InlineData("[[:^digit:]]", "1a", "a")]
    [InlineData("\\p{Lu}\\p{Ll}*", "AbcD", "Abc|D")]
    [InlineData("\\P{L}", "a1", "1")]
    [InlineData("\\p{^L}", "a1", "1")]
    [InlineData("\\p{Han}+", "ab中文", "中文")]
    [InlineData("\\x41\\u0042\\x{43}", "ABC", "ABC")]
    [InlineData("\\h+", "xfF0g", "fF0")]
    [InlineData("(?i)ab", "AbaB", "Ab|aB")]
    [InlineData("(?i:s)a", "Saſasa", "Sa|ſa|sa")]
    [InlineData("(?i:\\p{Ll})", "aA", "a")]
    [InlineData("(?i:[\\p{Ll}])", "aA", "a|A")]
    [InlineData("(?i:[^a])", "aAb", "b")]
    [InlineData("(?i:[\\p{L}&&[^ae]])+", "bae1", "bae")]
    [InlineData("(?i:a)b", "AbAB", "Ab")]
    [InlineData("a(?i)b|c", "aBaC", "aB|aC")]
    [InlineData("(?i)(?-i:a)b", "aBAB", "aB")]
    [InlineData(".", "\n😀", "😀")]
    [InlineData("(?m:.)", "\n", "\n")]
    [InlineData("a(?#one)b", "ab", "ab")]
    [InlineData("[😀-😂]", "😁x", "😁")]
    [InlineData("\\w", "_é²", "_|é|²")]
    [InlineData("[\\w]", "_é²", "_|é")]
    [InlineData("\\.\\|", ".|", ".|")]
    public void A_pattern_finds(string pattern, string text, string found)
    {
        var matches = new PieceList();
        new CodePointRegex(pattern).FindMatches(text, matches);
        Assert.Equal(found, string.Join('|', matches.Items.ToArray().Select(match => text[match.Start..match.End])));
    }

    [Fact]
    public void An_empty_match_right_after_another_does_not_count()
    {
        var matches = new PieceList();
        new CodePointRegex("a*").FindMatches("baac", matches);
        Assert.Equal([(0, 0), (1, 3), (4, 4)], matches.Items.ToArray());
    }

    [Theory]
    [InlineData("(a", "The pattern '(a' is malformed at position 0: a group without its ')'.")]
    [InlineData("a)", "The pattern 'a)' is malformed at position 1: a ')' that closes nothing.")]
    [InlineData("[a", "The pattern '[a' is malformed at position 0: a class without its ']'.")]
    [InlineData("*a", "The pattern '*a' is malformed at position 0: a '*' that repeats nothing.")]
    [InlineData("a\\", "The pattern 'a\\' is malformed at position 1: a backslash at its end.")]
    [InlineData("[b-a]", "The pattern '[b-a]' is malformed at position 1: a range whose end comes before its start.")]
    [InlineData("\\pL", "The pattern '\\pL' is malformed at position 0: a property without its '{...}'.")]
    [InlineData("a{3,2}", "The pattern 'a{3,2}' is malformed at position 1: a repetition of at least 3 and at most 2.")]
    [InlineData("\\x{110000}", "The pattern '\\x{110000}' is malformed at position 0: a code point that is not hexadecimal.")]
    public void A_malformed_pattern_is_refused(string pattern, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => new CodePointRegex(pattern)).Message);

    [Theory]
    [InlineData("(a)\\1", "The pattern '(a)\\1' uses the escape '\\1' at position 3, which is not supported.")]
    [InlineData("\\p{Klingon}", "The pattern '\\p{Klingon}' uses the property 'Klingon' at position 0, which is not supported.")]
    [InlineData("(?<n>a)", "The pattern '(?<n>a)' uses the group '(?<' at position 0, which is not supported.")]
    [InlineData("(?:a*)*", "The pattern '(?:a*)*' uses a repeated group that can match nothing at position 0, which is not supported.")]
    [InlineData("(?<=a+)b", "The pattern '(?<=a+)b' uses a look behind of varying length at position 0, which is not supported.")]
    [InlineData("a{1001}", "The pattern 'a{1001}' uses a repetition of more than 1000 at position 1, which is not supported.")]
    [InlineData("(?:(?:a{1000}){1000}){1000}", "The pattern '(?:(?:a{1000}){1000}){1000}' uses more than 20000 steps at position 0, which is not supported.")]
    public void What_is_not_supported_is_named(string pattern, string message) =>
        Assert.Equal(message, Assert.Throws<NotSupportedException>(() => new CodePointRegex(pattern)).Message);

    [Fact]
    public void A_pattern_longer_than_any_tokenizer_has_is_refused()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => new CodePointRegex(new string('a', 5_001)));
        Assert.Equal($"The pattern '{new string('a', 40)}...' uses more than 5000 characters at position 5000, which is not supported.", error.Message);
    }

    [Fact]
    public void Deep_nesting_does_not_overflow_the_stack()
    {
        string groups = string.Concat(Enumerable.Repeat("(", 4_000)), classes = string.Concat(Enumerable.Repeat("[", 4_000));
        Assert.Contains(
            "groups nested deeper than 64", Assert.Throws<NotSupportedException>(() => new CodePointRegex(groups)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "classes nested deeper than 32", Assert.Throws<NotSupportedException>(() => new CodePointRegex(classes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(?:a|a)*b", "a")]
    [InlineData("(?:a|aa)+$x", "a")]
    [InlineData("\\s+$", " ")]
    [InlineData("\\s+\\S", " ")]
    [InlineData("(?:x+x+)+y", "x")]
    [InlineData("a*?b", "a")]
    public void A_pattern_that_backtracks_takes_linear_time(string pattern, string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 20_000)) + "-";
        var matches = new PieceList();
        new CodePointRegex(pattern).FindMatches(text, matches);
        Assert.All(matches.Items.ToArray(), match => Assert.Equal(text.Length - 1, match.End - (pattern.EndsWith("\\S", StringComparison.Ordinal) ? 1 : 0)));
        var ofHalf = new PieceList();
        new CodePointRegex(pattern).FindMatches(text.AsSpan(text.Length / 2), ofHalf);
        Assert.InRange(matches.Work, text.Length, 100L * text.Length);
        Assert.InRange((double)matches.Work / ofHalf.Work, 1.9, 2.1);
    }

    [Fact]
    public void A_look_that_backtracks_without_bound_ends_with_an_error()
    {
        string text = new('a', 60);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new CodePointRegex("(?=(?:a|a)*b)").FindMatches(text, new PieceList()));
        Assert.Equal("A pattern of this tokenizer takes more than 5003840 steps on a text of 60 characters; it backtracks without bound.", error.Message);
    }
}
