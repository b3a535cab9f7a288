namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What becomes of a pair with an answer of nothing but white space.</summary>
internal enum EmptyAnswers
{
    /// <summary>An error that names the row.</summary>
    Refuse,

    /// <summary>It is left out and counted.</summary>
    Drop,

    /// <summary>Its end token alone is scored.</summary>
    Keep,
}
