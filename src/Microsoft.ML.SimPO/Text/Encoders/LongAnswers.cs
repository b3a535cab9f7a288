namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What becomes of a pair with an answer that does not fit even without its prompt.</summary>
internal enum LongAnswers
{
    /// <summary>It is left out and counted.</summary>
    Drop,

    /// <summary>The answer is cut and has no end token: stopping in the middle is not taught.</summary>
    Cut,

    /// <summary>The answer is cut and gets the end token.</summary>
    CutAndEnd,
}
