using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO;

namespace QuickStart;

/// <summary>What a model makes of the test pairs.</summary>
internal sealed record Snapshot(
    AlignmentMetrics Metrics, float[] ChosenRewards, float[] RejectedRewards, IReadOnlyList<string> Answers, double? PreferredStyle, double? Facts)
{
    private const int MaxNewTokens = 64;

    public static Snapshot Take(MLContext ml, AlignmentTransformer model, IDataView test, IReadOnlyList<string> prompts, AnswerJudge? judge)
    {
        IDataView scored = Scored(ml, model, test);
        AlignmentMetrics metrics = ml.Alignment.Evaluate(scored);
        IReadOnlyList<string> answers = model.Generate(prompts, new GenerationOptions { MaxNewTokens = MaxNewTokens });
        return new Snapshot(
            metrics, Column(scored, "ChosenReward"), Column(scored, "RejectedReward"), answers, judge?.PreferredStyle(answers), judge?.Facts(answers));
    }

    /// <summary>Whether another model gives the first <paramref name="rows"/> pairs the same scores to the last bit.</summary>
    public bool HasScoresOf(MLContext ml, AlignmentTransformer other, IDataView test, int rows)
    {
        // Scores are computed as rows are asked for, so what is not looked at costs nothing.
        ScoredPair[] scores = [.. ml.Data.CreateEnumerable<ScoredPair>(other.Transform(test), reuseRowObject: false).Take(rows)];
        return scores.Select((s, i) => s.ChosenReward == ChosenRewards[i] && s.RejectedReward == RejectedRewards[i]).All(equal => equal)
            && scores.Length == Math.Min(rows, ChosenRewards.Length);
    }

    /// <summary>Transformers are lazy and would score anew for every pass; the cache holds both columns after the first.</summary>
    private static IDataView Scored(MLContext ml, AlignmentTransformer model, IDataView test) =>
        ml.Data.Cache(model.Transform(test), "ChosenReward", "RejectedReward");

    private static float[] Column(IDataView data, string name) => [.. data.GetColumn<float>(name)];

    /// <summary>Filled by ML.NET.</summary>
    private sealed class ScoredPair
    {
        public float ChosenReward { get; set; }

        public float RejectedReward { get; set; }
    }
}
