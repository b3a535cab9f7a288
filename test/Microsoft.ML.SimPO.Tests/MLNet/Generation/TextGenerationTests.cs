using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class TextGenerationTests(TunedModel model) : IClassFixture<TunedModel>
{
    private static readonly GenerationOptions Short = new() { MaxNewTokens = 8 };

    private readonly MLContext _context = model.Context;

    [Fact]
    public void It_keeps_the_contract() => new EstimatorContract(
        _context.Alignment.Transforms.Generate(model.Transformer, options: Short), PromptedResponse.View(_context, 5),
        _context.Data.LoadFromEnumerable([new { Response = "p" }]),
        _context.Data.LoadFromEnumerable([new { Prompt = 1f }]),
        _context.Data.LoadFromEnumerable([new { Prompt = new[] { "p" } }])).Check();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_has_the_text_that_its_prompt_has_alone_and_in_a_prediction_engine(bool sample)
    {
        GenerationOptions options = Short with { Sample = sample, Temperature = 0.8f, Seed = 3 };
        PromptedResponse[] rows = PromptedResponse.Rows(40); // more than a batch
        using TextGenerationTransformer transformer = _context.Alignment.Transforms.Generate(model.Transformer, options: options)
            .Fit(PromptedResponse.View(_context, 40));
        string[] answers = [.. transformer.Transform(PromptedResponse.View(_context, 40)).GetColumn<string>("Answer")];
        Assert.Equal(40, answers.Length);
        Parallel.For(0, 3, thread =>
        {
            using var engine =
                _context.Model.CreatePredictionEngine<PromptedResponse, AnsweredPrompt>(transformer, new PredictionEngineOptions { OwnsTransformer = false });
            for (int i = thread; i < 40; i += 9)
            {
                Assert.Equal(answers[i], engine.Predict(rows[i]).Answer);
                Assert.Equal(answers[i], model.Transformer.Generate(rows[i].Prompt, options));
            }
        });
    }

    [Fact]
    public void It_works_inside_a_chain_and_the_whole_chain_is_saved_with_its_options()
    {
        IDataView data = PromptedResponse.View(_context, 4);
        string stop = " ";
        var chain = _context.Transforms.CopyColumns("Question", "Prompt")
            .Append(_context.Alignment.Transforms.Generate(
                model.Transformer, "Text", "Question", Short with { Sample = true, TopK = 9, TopP = 0.9f, MinP = 0.01f, Seed = 4, StopStrings = [stop] }))
            .Append(_context.Transforms.CopyColumns("Copy", "Text"));
        using var fitted = chain.Fit(data);
        string[] expected = [.. fitted.Transform(data).GetColumn<string>("Copy")];
        Assert.All(expected, text => Assert.DoesNotContain(stop, text, StringComparison.Ordinal));
        using var stream = new MemoryStream();
        _context.Model.Save(fitted, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        using var release = loaded as IDisposable;
        Assert.Equal(expected, loaded.Transform(data).GetColumn<string>("Copy"));
    }

    [Fact]
    public void Faults_of_the_arguments_are_named()
    {
        Assert.Equal(
            "`MaxNewTokens` must be at least 1, but was 0." + Environment.NewLine
                + "`TopP` must be greater than 0 and at most 1, but was 2. Use 1 for all tokens. (Parameter 'options')",
            Assert.Throws<ArgumentException>(
                () => _context.Alignment.Transforms.Generate(model.Transformer, options: new GenerationOptions { MaxNewTokens = 0, TopP = 2 })).Message);
        Assert.Throws<ArgumentException>(() => _context.Alignment.Transforms.Generate(model.Transformer, " "));
        Assert.Throws<ArgumentNullException>(() => _context.Alignment.Transforms.Generate(null!));
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Alignment.Transforms.Generate(model.Transformer).Fit(_context.Data.LoadFromEnumerable([new { Prompt = 1f }])));
        Assert.StartsWith("Schema mismatch for prompt column 'Prompt': expected String, got Single", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CancelExecution_ends_it()
    {
        var context = new MLContext(1);
        using AlignmentTransformer own = context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options());
        IDataView data = PromptedResponse.View(context, 2);
        IDataView answers = context.Alignment.Transforms.Generate(own, options: new GenerationOptions { MaxNewTokens = 1_000_000, MinNewTokens = 1_000_000 })
            .Fit(data).Transform(data);
        using var timer = new Timer(_ => Internals.CancelExecution(context), null, 200, Timeout.Infinite);
        Assert.ThrowsAny<OperationCanceledException>(() => answers.GetColumn<string>("Answer").ToArray());
    }
}
