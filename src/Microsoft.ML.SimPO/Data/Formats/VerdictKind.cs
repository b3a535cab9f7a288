namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>How a field says which of two answers is better.</summary>
internal enum VerdictKind
{
    /// <summary>A number: below 0 the first, above 0 the second, 0 neither.</summary>
    Sign,

    /// <summary>The better one's name or number, or a word for a tie.</summary>
    Name,

    /// <summary>1 for the first, 0 for the second.</summary>
    FirstIsOne,

    /// <summary>A field for each answer, 1 where it won; none for a tie.</summary>
    Flags,

    /// <summary>A score for each answer, the higher the better.</summary>
    Scores,
}
