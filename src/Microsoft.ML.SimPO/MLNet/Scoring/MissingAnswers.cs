namespace Microsoft.ML.SimPO;

/// <summary>What becomes of a row that is scored and lacks an answer: it is null, empty, or nothing but white space.</summary>
public enum MissingAnswers
{
    /// <summary>An error that names the row. Without words an answer's end alone would be scored, which may look better than any answer.</summary>
    Fail,

    /// <summary>
    /// Rewards, margin, score and probability of the row are not a number, and no label is predicted. <see cref="AlignmentCatalog.Evaluate"/> leaves such rows
    /// out and warns of them with their number.
    /// </summary>
    NotANumber,
}
