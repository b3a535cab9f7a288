using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A tokenizer that knows more tokens than the model has rows for: the token is named, wherever it comes to the model.</summary>
public sealed class ForeignTokensTests : IDisposable
{
    private const string Why = "The tokenizer belongs to another model, or got tokens that the model did not.";
    private const string OfRow = $"the token `<beyond>` has the id 1536, but the model's embedding has 1536 rows. {Why}";
    private const string OfPrompt = $"Token 1536 is beyond the model's embedding, which has 1536 rows. {Why}";

    private readonly TempFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public ForeignTokensTests()
    {
        foreach (string file in Directory.EnumerateFiles(QuickStartFiles.Model)) _folder.Write(Path.GetFileName(file), File.ReadAllBytes(file));
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllText(_folder.File("tokenizer.json")))!;
        var added = new JsonObject { ["id"] = 1536, ["content"] = "<beyond>", ["special"] = false };
        foreach (string flag in new[] { "single_word", "lstrip", "rstrip", "normalized" }) added[flag] = false;
        tokenizer["added_tokens"]!.AsArray().Add(added);
        File.WriteAllText(_folder.File("tokenizer.json"), tokenizer.ToJsonString());
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fit_names_it(bool adapts) => AssertNamed(() => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(
        o => (o.ModelPath, o.Lora) = (_folder.Path, adapts ? new LoraOptions { Rank = 2 } : null))).Fit(Data));

    [Fact]
    public void Scoring_and_writing_name_it()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(_folder.Path);
        AssertNamed(() => _ = model.Transform(Data).GetColumn<float>("Margin").ToArray());
        AssertNamed(() => model.Generate("What is <beyond>?", new GenerationOptions { MaxNewTokens = 2 }), OfPrompt);
        Assert.NotEmpty(model.Generate("What is it?", new GenerationOptions { MaxNewTokens = 2 }));
    }

    private IDataView Data => _context.Data.LoadFromEnumerable(
        QuickStartFiles.Pairs(8).Select(p => new TextPair { Prompt = p.Prompt, Chosen = $"{p.Chosen} <beyond>", Rejected = p.Rejected }));

    private static void AssertNamed(Action use, string expected = OfRow)
    {
        Exception? error = Record.Exception(use);
        while (error is not (null or InvalidDataException)) error = error.InnerException;
        Assert.Contains(expected, Assert.IsType<InvalidDataException>(error).Message, StringComparison.Ordinal);
    }
}
