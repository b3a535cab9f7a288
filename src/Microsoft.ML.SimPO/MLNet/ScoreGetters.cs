using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Getters of the score columns on top of whatever holds the current row's score.</summary>
internal static class ScoreGetters
{
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the column's type.</exception>
    public static ValueGetter<T> Of<T>(string column, Func<PairScore> score)
    {
        Delegate getter = column switch
        {
            ScoreColumns.ChosenReward => Single(score, s => s.ChosenReward),
            ScoreColumns.RejectedReward => Single(score, s => s.RejectedReward),
            ScoreColumns.PredictedLabel => (ValueGetter<bool>)((ref bool value) => value = score().Margin > 0),
            _ => Single(score, s => s.Margin),
        };
        return getter as ValueGetter<T> ?? throw new InvalidOperationException($"Column '{column}' is not of type {typeof(T).Name}.");
    }

    private static ValueGetter<float> Single(Func<PairScore> score, Func<PairScore, float> part) => (ref float value) => value = part(score());
}
