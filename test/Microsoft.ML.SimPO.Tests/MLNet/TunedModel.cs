namespace Microsoft.ML.SimPO;

/// <summary>A model that was fitted once, for tests that only look at it.</summary>
public sealed class TunedModel : IDisposable
{
    public TunedModel() => Transformer = Context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(Data);

    public MLContext Context { get; } = new(seed: 1);

    public IDataView Data => Context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    public AlignmentTransformer Transformer { get; }

    public ScoredPair[] Scores(IDataView data) => Scores(Transformer, data);

    public ScoredPair[] Scores(ITransformer transformer, IDataView data) =>
        [.. Context.Data.CreateEnumerable<ScoredPair>(transformer.Transform(data), reuseRowObject: false, ignoreMissingColumns: true)];

    public void Dispose() => Transformer.Dispose();

    /// <summary>Those of all parameters of a model.</summary>
    internal static float[][] Weights(AlignmentTransformer model) => [.. model.Model.Decoder.Parameters.Select(p => p.Value.data<float>().ToArray())];

    /// <summary>To the last bit.</summary>
    internal static void AssertEqual(IReadOnlyList<ScoredPair> expected, IReadOnlyList<ScoredPair> found)
    {
        Assert.Equal(expected.Select(s => s.ChosenReward), found.Select(s => s.ChosenReward));
        Assert.Equal(expected.Select(s => s.RejectedReward), found.Select(s => s.RejectedReward));
    }
}
