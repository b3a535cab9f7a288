using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Every program of docs/guides is compiled here and run, guide by guide, in a folder with a model and pairs.</summary>
public sealed class GuideTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // That of data is run in DataGuideTests: it needs other files, and its result is rows.
    [Fact]
    public void Every_guide_is_tested() => Assert.Equal(
        ["data", "evaluate", "fit", "generate", "lora", "methods", "recipes", "runs", "save", "select", "serve", "trust"],
        Directory.EnumerateFiles(Repository.PathOf("docs", "guides"), "*.md").Select(Path.GetFileNameWithoutExtension).Order());

    /// <summary>CI runs the guides from the package; what they print and leave is for the full run.</summary>
    [Theory]
    [InlineData("fit")]
    [InlineData("evaluate")]
    [InlineData("select")]
    [InlineData("serve")]
    [InlineData("save")]
    [InlineData("generate")]
    [InlineData("lora")]
    [InlineData("recipes")]
    [InlineData("methods")]
    [InlineData("runs")]
    [InlineData("trust")]
    public void A_guide_shows_the_program_that_is_compiled_here(string name) => AssertShown(name);

    /// <param name="name">The guide.</param>
    /// <param name="pairs">How many it gets to learn from.</param>
    /// <param name="left">The files that it leaves.</param>
    /// <param name="output">What it prints.</param>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData("fit", 24, "", @"(?s)pairs kept 24.*pairs encoded: .*1/\d loss \d.*epoch 0: accuracy \d.*epoch 1: accuracy")]
    [InlineData("evaluate", 24, "rater verdicts.jsonl",
        @"(?s)accuracy \d.*from \d.*mean margin.*log-probability of chosen answers -0\.\d+ nats.*(long|short) prompts: \d+ pairs.*cross-validated accuracy \d"
            + @".*reward model: accuracy \d.*\n(-?\d+\.\d{3} .+\n){3}4 prompts: \d won.*\nwin rate \d.*\n$")]
    [InlineData("select", 24, "sweep", @"(?s)trial.*LearningRate.*LossType.*best.*best: learning rate \S+, accuracy \d")]
    [InlineData("serve", 24, "served.zip", @"(?s)margin -?\d+\.\d{3}, chosen is better: (True|False).*reward -\d.*reward -\d.*\n.{10,}\n.{10,} llama\n$")]
    [InlineData("save", 24, "large large.zip tuned tuned-bf16 tuned.zip", "3 input columns, equal scores: True")]
    [InlineData("generate", 24, "answers.jsonl own-pairs.jsonl",
        @"(?s)^(.*\n(Stop|Length) after \d+ tokens: ){4}.*\n\d pairs of 4 prompts; .*\n.* \(\d+ tokens, (stop|length)\)\n$")]
    [InlineData(
        "lora", 16, "adapter merged tuned.zip", @"^\d+ of 1\d{6} parameters were trained\naccuracy \d+ ?%\nrank 4: loss \d\.\d{3}\nrank 8: loss \d\.\d{3}\n$")]
    [InlineData("recipes", 24, "recipe.yaml report.html run",
        @"(?s)beta +2\.5 +recipe.*validation_fraction +0\.2 +override.*A step has 8 pairs: .*fits the .* GB.*24 rows, .*3 steps, .*\n3 steps\n$")]
    [InlineData("methods", 24, "dpo.zip rater",
        @"^cross entropy \d\.\d{3}, \d+ ?% of tokens are .*\n\d+ steps of up to 512 tokens\n"
            + @"((SimPO|AlphaPO|CPO|ORPO|SLiC-HF|RRHF|DPO|R-DPO|IPO|KTO): accuracy \d.*\n){10}(.*\n)+rewards from -?\d.* to -?\d.*, accuracy \d.*\n$")]
    [InlineData("runs", 100, "run",
        @"^best after step \d+ of \d+: loss \d\.\d{3}\nAfter step \d+ the chosen answers' log-probability has fallen by \d+\.\d{2} nats a token, ")]
    [InlineData("trust", 24, "downloaded",
        @"^refused: '\./downloaded/config\.json': field 'num_hidden_layers' must be at most 4096, but is 1000000\.\n3 rows\n$")]
    public void A_guide_shows_what_runs_here(string name, int pairs, string left, string output)
    {
        AssertShown(name);
        Guide.Provide(_folder.Path, pairs, test: 12);
        Assert.Matches(output, GuideProgram.Run(name, _folder.Path));
        string[] expected = [.. left.Split(' ', StringSplitOptions.RemoveEmptyEntries), "model", "test.jsonl", "train.jsonl"];
        IEnumerable<string?> found = Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName);
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static void AssertShown(string name) =>
        Guide.AssertShown($"docs/guides/{name}.md", $"Guides/{char.ToUpperInvariant(name[0])}{name[1..]}Guide.cs");
}
