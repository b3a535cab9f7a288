using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// GPT-2's tokenizer on mixed text, text by text on one core, against Hugging Face's Rust code (where node and its package are there) and what
/// Microsoft.ML.Tokenizers has for such a vocabulary; and on texts without a break, whose time must grow with their length.
/// </summary>
internal sealed class TokenizeBenchmark : IBenchmark
{
    private const string StockBpe = "BpeTokenizer", StockTiktoken = "TiktokenTokenizer", Unbroken1 = "unbroken 1 MB", Unbroken2 = "unbroken 2 MB";
    private const double LeastSpeedup = 4, LeastShareAtTwiceTheLength = 0.8;
    private const int Megabyte = 1_000_000;

    private static readonly string Folder = Path.Combine(Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "", "tokenizers", "gpt-2");
    private static readonly string File = Path.Combine(Folder, "tokenizer.json");

    public string Name => "tokenize";

    public string Summary => "GPT-2's tokenizer on mixed text, against Hugging Face tokenizers (npm install in eng/tokenizer-fuzz) and Microsoft.ML.Tokenizers";

    public string Unit => "MB/s";

    public bool UsesTorch => false;

    public int Rounds => 5;

    public IReadOnlyList<string> Sides => [Side.Ours, .. NodeTokenizer.IsThere ? new[] { Side.Reference } : [], StockBpe, StockTiktoken, Unbroken1, Unbroken2];

    public string? Missing() => System.IO.File.Exists(File) ? null : "it needs tokenizers/gpt-2/tokenizer.json below the folder that SIMPO_TEST_ASSETS names.";

    public Workload Prepare(string side)
    {
        if (side == Unbroken1) return Ours([Unbroken(1)]);
        if (side == Unbroken2) return Ours([Unbroken(2)]);
        string[] texts = MixedTexts.Make(File);
        switch (side)
        {
            case Side.Reference:
                var node = new NodeTokenizer(File, texts);
                return new Workload(Megabytes(texts), () => Figures(node.CountTokens()), node.Dispose);
            case StockBpe: return Stock(StockTokenizers.Bpe(File), texts);
            case StockTiktoken: return Stock(StockTokenizers.Tiktoken(File), texts);
            default: return Ours(texts);
        }
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        if (result.Ratio is { } ratio) yield return new Bar("MB/s over Hugging Face tokenizers'", ratio.Rate.Median, LeastSpeedup);
        if (result.Reference is { } reference)
            yield return new Bar("tokens, ours over Hugging Face's", result.Ours.Figures!["tokens"] / reference.Figures!["tokens"], 1, AtMost: true);
        foreach (string stock in new[] { StockBpe, StockTiktoken })
            yield return new Bar($"MB/s over {stock}'s", result.Ours.Rate.Median / result.Variants![stock].Rate.Median, LeastSpeedup);
        yield return new Bar("MB/s at 2 MB without a break over that at 1 MB", result.Variants![Unbroken2].Rate.Median / result.Variants[Unbroken1].Rate.Median,
            LeastShareAtTwiceTheLength);
    }

    private static Workload Ours(string[] texts)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(Folder);
        return new Workload(Megabytes(texts), () => Figures(texts.Sum(text => tokenizer.Encode(text, addSpecialTokens: false).Length)));
    }

    private static Workload Stock(Tokenizer tokenizer, string[] texts) =>
        new(Megabytes(texts), () => Figures(texts.Sum(text => tokenizer.EncodeToIds(text).Count)));

    /// <summary>Letters without a space: one piece, which the model must merge as a whole.</summary>
    private static string Unbroken(int megabytes)
    {
        var random = new Random(5);
        return string.Create(megabytes * Megabyte, random, static (span, source) =>
        {
            foreach (ref char unit in span) unit = (char)('a' + source.Next(26));
        });
    }

    private static double Megabytes(string[] texts) => texts.Sum(Encoding.UTF8.GetByteCount) / (double)Megabyte;

    private static Dictionary<string, double> Figures(int tokens) => new() { ["tokens"] = tokens };
}
