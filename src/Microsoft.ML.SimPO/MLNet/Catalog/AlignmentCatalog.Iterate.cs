// Two overloads with optional parameters: functions and models have no type in common.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    private const int HeldOutEvery = 10;

    /// <summary>
    /// Has a model improve itself over rounds: it answers prompts, its answers are scored, it is tuned with pairs of them, and what came of it is judged by its
    /// answers to held-out prompts. It ends when that verdict no longer rises.
    /// </summary>
    /// <remarks>
    /// Each round is a folder, <c>round-N</c>, with the answers, the pairs (<c>pairs.jsonl</c>), the run and the model (<c>model</c>, in Hugging Face layout).
    /// What is there is not done again: a run that was broken off anywhere, and is begun anew with the same arguments, ends on the CPU with the same pairs and
    /// the same weights.
    /// </remarks>
    /// <param name="trainer">
    /// How each round tunes, and with <see cref="PreferenceTrainerOptions.ModelPath"/> which model the first begins with. Folder and resumption of its runs are
    /// the rounds' own.
    /// </param>
    /// <param name="prompts">Rows with a column of prompts, named as <see cref="PairMakingOptions.PromptColumnName"/> of the options says.</param>
    /// <param name="scorer">Of a prompt and an answer how good that is; the higher, the better. A finite number, the same each time.</param>
    /// <param name="folder">Where the rounds go; it is made.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; what was done is kept.</param>
    /// <returns>The rounds, and which of them is the best.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of it is listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no prompts, a round makes no pairs, or the folder holds another run's answers.</exception>
    /// <exception cref="System.IO.InvalidDataException">A score is not finite, or a file in the folder is damaged.</exception>
    /// <exception cref="System.IO.IOException">The folder cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IterationResult Iterate(
        PreferenceTrainerOptions trainer, IDataView prompts, Func<string, string, double> scorer, string folder, IterationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return Iterate(trainer, prompts, answers => [.. answers.Select(a => scorer(a.Prompt, a.Answer))], folder, options, cancellationToken);
    }

    /// <param name="rewardModel">A model whose rewards are the scores, as of <see cref="LoadRewardModel"/>.</param>
    /// <inheritdoc cref="Iterate(PreferenceTrainerOptions, IDataView, Func{string, string, double}, string, IterationOptions?, CancellationToken)"/>
    public IterationResult Iterate(
        PreferenceTrainerOptions trainer, IDataView prompts, AlignmentTransformer rewardModel, string folder, IterationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rewardModel);
        return Iterate(trainer, prompts, answers => Rewards(rewardModel, answers), folder, options, cancellationToken);
    }

    private IterationResult Iterate(
        PreferenceTrainerOptions trainer, IDataView prompts, Func<IReadOnlyList<(string Prompt, string Answer)>, IReadOnlyList<double>> score, string folder,
        IterationOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new IterationOptions();
        options.Validate(nameof(options));
        if (trainer.BaseModel is not null)
            throw new ArgumentException("`BaseModel` must be null, for a run that goes on loads its model again. Give `ModelPath`.", nameof(trainer));
        string[] asked = PromptsOf(prompts, options.Pairs, nameof(prompts)), held;
        if (options.HeldOut is { } own) held = PromptsOf(own, options.Pairs, nameof(options));
        else if (asked.Length < HeldOutEvery) held = asked;
        else
        {
            held = [.. asked.Where((_, i) => i % HeldOutEvery == HeldOutEvery - 1)];
            asked = [.. asked.Where((_, i) => i % HeldOutEvery != HeldOutEvery - 1)];
        }
        return new IterationRun(_context, trainer.Copy(), asked, held, score, folder, options, SeedOr(trainer.Seed)).Run(cancellationToken);
    }

    private string[] PromptsOf(IDataView data, PairMakingOptions? pairs, string parameter)
    {
        Runtime.IHost host = ((Runtime.IHostEnvironment)_context).RegisterOwn("AlignmentIteration");
        return UniquePrompts.Of(host, data, (pairs ?? new PairMakingOptions()).PromptColumnName, null, parameter);
    }
}
