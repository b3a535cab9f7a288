using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class ResponseScoringTests(TunedModel model) : IClassFixture<TunedModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void A_response_has_the_reward_that_it_has_in_a_pair()
    {
        ScoredPair[] pairs = model.Scores(model.Data);
        IDataView responses = _context.Data.LoadFromEnumerable(
            QuickStartFiles.Pairs(8).SelectMany(p => new[] { new { p.Prompt, Response = p.Chosen }, new { p.Prompt, Response = p.Rejected } }));
        float[] rewards = [.. Rewards(responses)];
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.Equal(pairs[i].ChosenReward, rewards[2 * i], 1e-5f);
            Assert.Equal(pairs[i].RejectedReward, rewards[(2 * i) + 1], 1e-5f);
        }
    }

    [Fact]
    public void Rewards_do_not_depend_on_batching()
    {
        IDataView responses = PromptedResponse.View(_context, 24);
        float[][] found = [.. new[] { 4096, 150, 1 }.Select(tokens =>
        {
            using AlignmentTransformer untuned =
                _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options(o => o.TokensPerMicroBatch = tokens));
            return _context.Alignment.Transforms.ScoreResponses(untuned).Fit(responses).Transform(responses).GetColumn<float>("Reward").ToArray();
        })];
        for (int i = 0; i < found[0].Length; i++) Assert.All(found, rewards => Assert.Equal(found[0][i], rewards[i], 1e-5f));
    }

    [Fact]
    public void It_works_inside_a_chain_and_the_whole_chain_is_saved()
    {
        IDataView data = PromptedResponse.View(_context, 6);
        var chain = _context.Transforms.CopyColumns("Question", "Prompt")
            .Append(_context.Transforms.CopyColumns("Answer", "Response"))
            .Append(_context.Alignment.Transforms.ScoreResponses(model.Transformer, "Liked", "Question", "Answer"))
            .Append(_context.Transforms.NormalizeMinMax("Scaled", "Liked"));
        using var fitted = chain.Fit(data);
        float[] expected = [.. Rewards(data)];
        Assert.Equal(expected, fitted.Transform(data).GetColumn<float>("Liked"));
        using var stream = new MemoryStream();
        _context.Model.Save(fitted, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        using var release = loaded as IDisposable;
        Assert.Equal(fitted.Transform(data).GetColumn<float>("Scaled"), loaded.Transform(data).GetColumn<float>("Scaled"));
    }

    [Fact]
    public void A_loaded_one_owns_its_weights_and_another_uses_the_models()
    {
        IDataView data = PromptedResponse.View(_context, 3);
        using var stream = new MemoryStream();
        float[] expected;
        using (AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options()))
        {
            using ResponseScoringTransformer scorer = _context.Alignment.Transforms.ScoreResponses(untuned).Fit(data);
            expected = [.. scorer.Transform(data).GetColumn<float>("Reward")];
            _context.Model.Save(scorer, data.Schema, stream);
            scorer.Dispose();
            Assert.Equal(expected, scorer.Transform(data).GetColumn<float>("Reward"));
            untuned.Dispose();
            Assert.Throws<ObjectDisposedException>(() => scorer.Transform(data).GetColumn<float>("Reward").ToArray());
        }
        stream.Position = 0;
        long before = LiveTensors.CountWithoutGarbage();
        using (var loaded = (ResponseScoringTransformer)_context.Model.Load(stream, out _))
            Assert.Equal(expected, loaded.Transform(data).GetColumn<float>("Reward"));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void An_empty_name_is_refused() => Assert.Equal(
        "outputColumnName", Assert.Throws<ArgumentException>(() => _context.Alignment.Transforms.ScoreResponses(model.Transformer, " ")).ParamName);

    private IEnumerable<float> Rewards(IDataView responses) =>
        _context.Alignment.Transforms.ScoreResponses(model.Transformer).Fit(responses).Transform(responses).GetColumn<float>("Reward");
}
