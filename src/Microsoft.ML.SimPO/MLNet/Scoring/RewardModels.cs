using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>Whether a model is of the kind that it is used as: one that rates answers, or one that writes them.</summary>
internal static class RewardModels
{
    /// <summary>The options that a model scores with: a reward model of a folder knows no method, and what it says is the reward.</summary>
    /// <exception cref="InvalidOperationException">They are those of a trainer of the other kind of model.</exception>
    public static ScoringOptions Fit(LanguageModel model, ScoringOptions options)
    {
        bool rates = options.Reward is ModelReward;
        if (rates == model.IsRewardModel) return options;
        if (rates)
            throw new InvalidOperationException($"{model.Name} is a language model, and no reward model, which {options.Method}'s options are for. "
                + "Make one of it with `Trainers.Reward`.");
        if (options.Method.Length > 0) throw NoLanguageModel(model, $"{options.Method}'s rewards are of log-probabilities, which it has not");
        ScoringOptions own = options.With("", new ModelReward(), 0);
        own.Beta = 1;
        return own;
    }

    /// <exception cref="InvalidOperationException">It is a reward model.</exception>
    public static void RequireLanguageModel(LanguageModel model, string why)
    {
        if (model.IsRewardModel) throw NoLanguageModel(model, why);
    }

    private static InvalidOperationException NoLanguageModel(LanguageModel model, string why) =>
        new($"{model.Name} is a reward model: {why}. It scores pairs and responses, and `Trainers.Reward` tunes it.");
}
