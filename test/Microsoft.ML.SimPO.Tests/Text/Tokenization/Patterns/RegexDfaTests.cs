using Microsoft.ML.SimPO.Text.Tokenization.Patterns;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text;

public sealed class RegexDfaTests
{
    private static readonly string[] Sets = ["\\s", "\\S", "\\p{L}", "\\p{Lu}", "\\p{N}", "[^\\s\\p{L}\\p{N}]", "[^\\r\\n\\p{L}\\p{N}]", "[a-e]", "[\\r\\n]",
        ".", "\\w", "a", "b", "'", " ", "é", "(?i:s)", "[😀-😿]", "中"];
    private static readonly string[] Quantifiers = ["", "", "", "?", "*", "+", "{1,3}", "{2}", "{2,}", "??", "*?", "+?", "{1,2}?"];
    private static readonly string[] Texts =
        ["a", "b", "c", "s", "ſ", "S", " ", "  ", "\n", "\r\n", "'", "'s", "é", "e\u0301", "12", "3", "中", "😀", "\t", "!", ".", "_", "Z", "\uD83D"];

    [Theory]
    [InlineData(PatternSplit.Gpt2)]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
        + @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"
        + @"\s*[\r\n]+|\s+(?!\S)|\s+")]
    public void Patterns_of_public_tokenizers_have_a_table_that_finds_what_backtracking_finds(string pattern)
    {
        var regex = new CodePointRegex(pattern);
        Assert.True(regex.HasTable);
        var random = new Random(5);
        for (int round = 0; round < 500; round++) Compare(regex, pattern, RandomText(random, 60));
    }

    [Fact]
    public void Random_patterns_have_the_matches_that_backtracking_finds() => ComparePatterns(150, seed: 6);

    [Fact]
    [Trait("Category", "Long")]
    public void Five_thousand_random_patterns_have_the_matches_that_backtracking_finds() => ComparePatterns(5_000, seed: 7);

    [Theory]
    [InlineData("(?>a+)b")]
    [InlineData("a++")]
    [InlineData("(?<=a)b")]
    [InlineData("\\bab")]
    [InlineData("(?=ab)a")]
    [InlineData("^a")]
    [InlineData("(?:a|b){200}(?:b|c){200}a{1000}")]
    public void What_a_table_cannot_say_is_left_to_backtracking(string pattern) => Assert.False(new CodePointRegex(pattern).HasTable);

    [Fact]
    public void A_search_that_reads_in_vain_goes_on_by_backtracking()
    {
        const string Pattern = "a+x|[ab]";
        var regex = new CodePointRegex(Pattern);
        Assert.True(regex.HasTable);
        // Each of the first letters is where a run to the end is tried for the 'x'.
        Compare(regex, Pattern, new string('a', 3_000) + "b");
    }

    private static void ComparePatterns(int count, int seed)
    {
        var random = new Random(seed);
        int tables = 0;
        for (int round = 0; round < count; round++)
        {
            string pattern = RandomPattern(random, depth: 0);
            var regex = new CodePointRegex(pattern);
            if (regex.HasTable) tables++;
            for (int i = 0; i < 12; i++) Compare(regex, pattern, RandomText(random, 16));
        }
        Assert.InRange(tables, count * 9 / 10, count);
    }

    private static void Compare(CodePointRegex regex, string pattern, string text)
    {
        PieceList found = new(), expected = new();
        regex.FindMatches(text, found);
        regex.FindByBacktracking(text, expected);
        Assert.True(expected.Items.SequenceEqual(found.Items), $"{pattern} on {System.Text.Json.JsonSerializer.Serialize(text)}: "
            + $"{string.Join(' ', found.Items.ToArray())}, expected {string.Join(' ', expected.Items.ToArray())}");
    }

    private static string RandomText(Random random, int length) =>
        string.Concat(Enumerable.Range(0, random.Next(1, length)).Select(_ => Texts[random.Next(Texts.Length)]));

    private static string RandomPattern(Random random, int depth)
    {
        return string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Part()))));

        string Part() => random.Next(12) switch
        {
            0 when depth < 2 => $"(?:{RandomPattern(random, depth + 1)})",
            // What repeats must not match nothing.
            1 when depth < 2 => $"(?:{Sets[random.Next(Sets.Length)]}(?:{RandomPattern(random, depth + 1)})){Quantifiers[random.Next(Quantifiers.Length)]}",
            2 => $"(?!{Sets[random.Next(Sets.Length)]})",
            3 => $"(?={Sets[random.Next(Sets.Length)]})",
            4 when random.Next(3) == 0 => "\\z",
            5 when random.Next(3) == 0 => "$",
            _ => Sets[random.Next(Sets.Length)] + Quantifiers[random.Next(Quantifiers.Length)],
        };
    }
}
