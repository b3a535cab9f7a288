namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>What becomes of the places where a text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each joins the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Those in a row are one piece.</summary>
    Contiguous,
}
