using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Parity;

namespace Microsoft.ML.SimPO.Text;

public sealed class HfTokenizerCutsTests
{
    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("tokenizers", "vectors.jsonl");

    /// <summary>Texts of the goldens with any added token among them, parted anywhere.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void What_stands_before_a_cut_is_tokenized_as_if_nothing_followed(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        HfTokenizer tokenizer = HfTokenizer.Load(golden.Path);
        IEnumerable<string> vectors = GoldenFile.ReadLines(golden.File("vectors.jsonl")).Select(line => JsonNode.Parse(line)!["text"]!.GetValue<string>());
        string[] texts = [.. vectors.Where(text => text.Length < 1000)];
        JsonElement tokens = JsonDocument.Parse(File.ReadAllBytes(golden.File("tokenizer.json"))).RootElement.GetProperty("added_tokens");
        string[] added = [.. tokens.EnumerateArray().Select(token => token.GetProperty("content").GetString()!)];
        var random = new Random(3);
        string Any(string[] from) => from[random.Next(from.Length)];
        int cuts = 0;
        for (int i = 0; i < 300; i++)
        {
            string text = Any(texts) + Any(added) + Any(texts) + Any(added) + Any(texts);
            int border = random.Next(text.Length + 1), cut = tokenizer.LastCut(text[..border]);
            if (cut == 0) continue;
            cuts++;
            string open = text[cut..border];
            int[] before = Ids(text[..border])[..^Ids(open).Length];
            Assert.Equal([.. before, .. Ids(open + text[border..])], Ids(text));
        }
        Assert.InRange(cuts, 50, 300);

        int[] Ids(string text) => tokenizer.Encode(text, addSpecialTokens: false);
    }

    [Fact]
    public void A_token_that_a_longer_one_may_hold_cuts_nothing()
    {
        HfTokenizer tokenizer =
            Load("""{"id":20,"content":"<x>","normalized":false},{"id":21,"content":"<x>a","normalized":false},{"id":22,"content":"<y>","normalized":false}""");
        Assert.Equal(0, tokenizer.LastCut("ab<x>"));
        Assert.Equal((2, 3), (tokenizer.LastCut("ab<y>ab"), tokenizer.LastCut("abc<x>a<x>")));
        Assert.Equal([6, tokenizer.TokenId("<x>a")!.Value], tokenizer.Encode("ab<x>a", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("""{"id":20,"content":"<x>","single_word":true,"normalized":false}""")]
    [InlineData("""{"id":20,"content":"<x>","lstrip":true,"normalized":false}""")]
    public void A_token_that_looks_around_itself_cuts_nothing(string token) => Assert.Equal(0, Load(token).LastCut("ab <x> ab"));

    [Fact]
    public void A_text_without_added_tokens_or_with_one_at_its_start_has_no_cut()
    {
        HfTokenizer tokenizer = Load("""{"id":20,"content":"<x>","normalized":false}""");
        Assert.Equal((0, 0, 0, 5), (tokenizer.LastCut(""), tokenizer.LastCut("abc"), tokenizer.LastCut("<x>abc"), tokenizer.LastCut("<x>ab<x>")));
    }

    private static HfTokenizer Load(string addedTokens) => SmallTokenizer.Load(SmallTokenizer.Json(addedTokens: $"[{addedTokens}]"));
}
