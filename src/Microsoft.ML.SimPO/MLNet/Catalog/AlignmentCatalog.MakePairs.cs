using Microsoft.ML.Data;

// Two overloads with optional parameters: functions and models have no type in common.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Makes preference pairs of a model's own answers, as the v0.2 recipes of SimPO do: several answers to each prompt are sampled and scored, and the better
    /// become the chosen ones.
    /// </summary>
    /// <param name="prompts">Rows with a column of prompts.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="scorer">Of a prompt and an answer how good that is; the higher, the better. A finite number.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; answers are kept where <see cref="PairMakingOptions.AnswersPath"/> is set.</param>
    /// <returns>The pairs, and what became of the prompts.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of it is listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no prompts, the model writes none, or the file of answers is another run's.</exception>
    /// <exception cref="System.IO.InvalidDataException">A score is not finite, or a line of the file of answers is none.</exception>
    /// <exception cref="System.IO.IOException">The file of answers cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MadePairs MakePairs(
        IDataView prompts, AlignmentTransformer model, Func<string, string, double> scorer, PairMakingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return MakePairs(prompts, model, answers => [.. answers.Select(a => scorer(a.Prompt, a.Answer))], options, cancellationToken);
    }

    /// <param name="rewardModel">
    /// A model whose rewards are the scores: a reward model (<see cref="LoadRewardModel"/>), or any that was tuned with preferences.
    /// </param>
    /// <inheritdoc cref="MakePairs(IDataView, AlignmentTransformer, Func{string, string, double}, PairMakingOptions?, CancellationToken)"/>
    public MadePairs MakePairs(
        IDataView prompts, AlignmentTransformer model, AlignmentTransformer rewardModel, PairMakingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rewardModel);
        return MakePairs(prompts, model, answers => Rewards(rewardModel, answers), options, cancellationToken);
    }

    private IReadOnlyList<double> Rewards(AlignmentTransformer rewardModel, IReadOnlyList<(string Prompt, string Answer)> answers)
    {
        IDataView rows = _context.Data.LoadFromEnumerable(answers.Select(a => new Answered(a.Prompt, a.Answer)));
        ResponseScoringTransformer scoring = Transforms.ScoreResponses(rewardModel, "Reward", nameof(Answered.Prompt), nameof(Answered.Response)).Fit(rows);
        return [.. scoring.Transform(rows).GetColumn<float>("Reward").Select(reward => (double)reward)];
    }

    private MadePairs MakePairs(
        IDataView prompts, AlignmentTransformer model, Func<IReadOnlyList<(string Prompt, string Answer)>, IReadOnlyList<double>> score,
        PairMakingOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(model);
        return new PairMaker(_context, model, score, options ?? new PairMakingOptions(), SeedOr(options?.Seed)).Run(prompts, cancellationToken);
    }

    /// <summary>A prompt with an answer, as ML.NET reads it.</summary>
    private sealed record Answered(string Prompt, string Response);
}
