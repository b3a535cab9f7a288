namespace Microsoft.ML.SimPO;

/// <summary>Every estimator of the library keeps the contract that ML.NET's own estimators keep.</summary>
public sealed class ContractTests(TunedModel model) : IClassFixture<TunedModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void The_trainer_keeps_the_contract() => new EstimatorContract(
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()), Pairs(),
        _context.Data.LoadFromEnumerable([new { Prompt = "p", Chosen = "c" }]),
        _context.Data.LoadFromEnumerable([new { Prompt = "p", Chosen = 1f, Rejected = "r" }]),
        _context.Data.LoadFromEnumerable([new { Prompt = new[] { "p" }, Chosen = "c", Rejected = "r" }]),
        _context.Data.LoadFromEnumerable([new { prompt = "p", chosen = "c", rejected = "r" }])).Check();

    [Fact]
    public void Its_transformer_serves_several_prediction_engines_at_once() =>
        new EstimatorContract(_context.Alignment.Trainers.SimPO(QuickStartFiles.Options()), model.Data)
            .CheckPredictionEngine<TextPair, ScoredPair>(model.Transformer, QuickStartFiles.Pairs(8), s => s.Score);

    [Fact]
    public void The_response_scorer_keeps_the_contract() => Scorer().Check();

    [Fact]
    public void The_response_scorer_serves_several_prediction_engines_at_once() =>
        Scorer().CheckPredictionEngine<PromptedResponse, RewardedResponse>(
            _context.Alignment.Transforms.ScoreResponses(model.Transformer).Fit(PromptedResponse.View(_context, 6)), PromptedResponse.Rows(6), r => r.Reward);

    /// <summary>The contract itself sees what is wrong.</summary>
    [Fact]
    public void An_estimator_that_accepts_what_it_should_refuse_is_found()
    {
        var contract =
            new EstimatorContract(_context.Transforms.CopyColumns("Copy", "Prompt"), Pairs(), _context.Data.LoadFromEnumerable([new { Prompt = "p" }]));
        Assert.Contains("the estimator's GetOutputSchema accepted the columns Prompt String.",
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(contract.Check).Message, StringComparison.Ordinal);
    }

    /// <summary>And one of ML.NET's own passes.</summary>
    [Fact]
    public void An_estimator_of_mlnet_keeps_the_contract() =>
        new EstimatorContract(_context.Transforms.CopyColumns("Copy", "Prompt"), Pairs(), _context.Data.LoadFromEnumerable([new { Chosen = "p" }])).Check();

    private EstimatorContract Scorer() => new(
        _context.Alignment.Transforms.ScoreResponses(model.Transformer), PromptedResponse.View(_context, 6),
        _context.Data.LoadFromEnumerable([new { Prompt = "p" }]),
        _context.Data.LoadFromEnumerable([new { Prompt = true, Response = "r" }]));

    private IDataView Pairs() => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8).Select((p, i) => new { p.Prompt, Extra = i, p.Chosen, p.Rejected }));
}
