using Microsoft.Extensions.AI;

// Two overloads with optional parameters: models and answers have no type in common.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    /// <summary>Has two models answer the same prompts and a chat model judge which answer is the better, each two in both orders.</summary>
    /// <param name="model">The model that is judged.</param>
    /// <param name="baseline">What it is judged against, as the model before it was tuned.</param>
    /// <param name="prompts">Rows with a column of prompts.</param>
    /// <param name="judge">The chat model. It stays the caller's.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; verdicts are kept where <see cref="JudgeOptions.CachePath"/> is set.</param>
    /// <returns>Win rates with their intervals, and what was said of each prompt.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of it is listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, a model writes no answers, or the judge could not be reached.</exception>
    /// <exception cref="System.IO.IOException">The file of verdicts cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public JudgeResult Judge(
        AlignmentTransformer model, AlignmentTransformer baseline, IDataView prompts, IChatClient judge, JudgeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(prompts);
        return JudgeRunOf(judge, options).Run(model, baseline, prompts, cancellationToken);
    }

    /// <summary>Has a chat model judge answers that are there, each two in both orders.</summary>
    /// <param name="answers">
    /// Rows with the columns <see cref="JudgeOptions.PromptColumnName"/>, <see cref="JudgeOptions.AnswerColumnName"/> and
    /// <see cref="JudgeOptions.BaselineColumnName"/>.
    /// </param>
    /// <inheritdoc cref="Judge(AlignmentTransformer, AlignmentTransformer, IDataView, IChatClient, JudgeOptions?, CancellationToken)"/>
    public JudgeResult Judge(IDataView answers, IChatClient judge, JudgeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return JudgeRunOf(judge, options).Run(answers, cancellationToken);
    }

    private JudgeRun JudgeRunOf(IChatClient judge, JudgeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return new JudgeRun(_context, judge, options ?? new JudgeOptions(), SeedOr(options?.Seed));
    }
}
