namespace Microsoft.ML.SimPO;

/// <summary>Which tokens supervised fine-tuning learns to write.</summary>
public enum SftTokens
{
    /// <summary>Those of the answers, end tokens included. The default.</summary>
    Answers,

    /// <summary>Those of prompts and answers, all but the first of each sequence, which nothing predicts.</summary>
    All,
}
