using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO;

namespace QuickStart;

/// <summary>What a model makes of the test pairs.</summary>
internal sealed record Snapshot(AlignmentMetrics Metrics, float[] ChosenRewards, float[] RejectedRewards, IReadOnlyList<string> Answers, double? PreferredStyle, double? Facts)
{
    private const int MaxNewTokens = 64;

    public static Snapshot Take(MLContext ml, SimPOTransformer model, IDataView test, IReadOnlyList<string> prompts, AnswerJudge? judge)
    {
        IDataView scored = Scored(ml, model, test);
        AlignmentMetrics metrics = ml.Alignment.Evaluate(scored, targetMargin: model.Beta * model.GammaBetaRatio);
        IReadOnlyList<string> answers = model.Generate(prompts, new GenerationOptions { MaxNewTokens = MaxNewTokens });
        return new Snapshot(metrics, Column(scored, "ChosenReward"), Column(scored, "RejectedReward"), answers, judge?.PreferredStyle(answers), judge?.Facts(answers));
    }

    /// <summary>Whether another model gives every pair the same scores to the last bit.</summary>
    public bool HasScoresOf(MLContext ml, SimPOTransformer other, IDataView test)
    {
        IDataView scored = Scored(ml, other, test);
        return Column(scored, "ChosenReward").AsSpan().SequenceEqual(ChosenRewards) && Column(scored, "RejectedReward").AsSpan().SequenceEqual(RejectedRewards);
    }

    /// <summary>Transformers are lazy and would score anew for every pass; the cache holds both columns after the first.</summary>
    private static IDataView Scored(MLContext ml, SimPOTransformer model, IDataView test) =>
        ml.Data.Cache(model.Transform(test), "ChosenReward", "RejectedReward");

    private static float[] Column(IDataView data, string name) => [.. data.GetColumn<float>(name)];
}
