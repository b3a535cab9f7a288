using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Rows that are computed together. A result does not depend on what else is in the batch, but for float32's rounding.</summary>
internal interface IRowBatch<TResult>
{
    /// <summary>Says, before the first row, what the prompts were.</summary>
    void Expect(PromptOrigin origin)
    {
        // Most read prompts as they are.
    }

    /// <summary>Whether there is enough in it for the arithmetic to be worth it.</summary>
    bool IsFull { get; }

    /// <param name="texts">The values of the input columns.</param>
    /// <param name="row">The row's number from 1, for messages.</param>
    /// <exception cref="InvalidDataException">The row cannot be computed; the message names it. The batch is as it was.</exception>
    void Add(string[] texts, long row);

    /// <summary>One result for each row that was added, in that order.</summary>
    TResult[] Compute();
}
