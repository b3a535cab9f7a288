using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Adds up what a model says of scored tokens for the groups that they belong to.</summary>
/// <param name="figures">Of scored rows that stand one after another.</param>
/// <param name="start">The first of them.</param>
internal sealed class TokenScores(ITokenScoring scoring, TokenFigures figures, int start)
{
    /// <summary>What the head must find for a loss or a reward.</summary>
    public static WantedFigures Wanted(TokenFacts facts) =>
        new(facts.HasFlag(TokenFacts.Squares), facts.HasFlag(TokenFacts.Distribution), facts.HasFlag(TokenFacts.Logits));

    public GroupScore Of(PackedGroup group) => new([.. group.Answers.Select((_, i) => Answer(group, i))])
    {
        Row = group.Tokens.Row,
        Margin = group.Tokens.Margin,
        Prompt = new AnswerScore(group.Prompt.Sum(s => Sum(figures.LogProbabilities, s)), group.Prompt.Sum(s => s.Count)),
    };

    /// <summary>What each token of an answer counts in a group.</summary>
    public float[] Weights(PackedGroup group, int answer)
    {
        ScoredSpan span = group.Answers[answer];
        float[] weights = new float[span.Count];
        Array.Fill(weights, 1);
        scoring.Weigh(figures.LogProbabilities.AsSpan(span.Start - start, span.Count), group.Answers.Min(a => a.Count), weights);
        return weights;
    }

    private AnswerScore Answer(PackedGroup group, int index)
    {
        ScoredSpan span = group.Answers[index];
        EncodedAnswer answer = group.Tokens.Answers[index];
        double sum = Sum(figures.LogProbabilities, span);
        return new AnswerScore(sum, span.Count)
        {
            Weighted = scoring.WeighsTokens ? Weights(group, index).Select((w, i) => (double)w * figures.LogProbabilities[span.Start - start + i]).Sum() : sum,
            Reference = answer.Reference,
            Rating = answer.Rating,
            LogSquares = Sum(figures.LogSquares, span),
            Entropy = Sum(figures.Entropies, span),
            Hits = Sum(figures.Hits, span),
            Logits = Sum(figures.MeanLogits, span),
        };
    }

    private double Sum(float[] values, ScoredSpan span)
    {
        double sum = 0;
        if (values.Length > 0)
            foreach (float value in values.AsSpan(span.Start - start, span.Count)) sum += value;
        return sum;
    }
}
