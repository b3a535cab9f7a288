namespace Microsoft.ML.SimPO;

/// <summary>What a recipe's key takes.</summary>
internal enum RecipeKind
{
    Text,

    Number,

    /// <summary>A whole number.</summary>
    Integer,

    Boolean,

    /// <summary>A list of texts, or a single text.</summary>
    Texts,

    /// <summary>A mapping.</summary>
    Map,

    /// <summary>Whatever: it is not looked at.</summary>
    Any,
}
