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
        IDataView scored = model.Transform(test);
        AlignmentMetrics metrics = ml.Alignment.Evaluate(scored, targetMargin: model.Beta * model.GammaBetaRatio);
        IReadOnlyList<string> answers = model.Generate(prompts, new GenerationOptions { MaxNewTokens = MaxNewTokens });
        return new Snapshot(metrics, Column(scored, "ChosenReward"), Column(scored, "RejectedReward"), answers, judge?.PreferredStyle(answers), judge?.Facts(answers));
    }

    /// <summary>Whether another model gives every pair the same scores to the last bit.</summary>
    public bool HasScoresOf(SimPOTransformer other, IDataView test)
    {
        IDataView scored = other.Transform(test);
        return Column(scored, "ChosenReward").AsSpan().SequenceEqual(ChosenRewards) && Column(scored, "RejectedReward").AsSpan().SequenceEqual(RejectedRewards);
    }

    private static float[] Column(IDataView data, string name) => [.. data.GetColumn<float>(name)];
}
