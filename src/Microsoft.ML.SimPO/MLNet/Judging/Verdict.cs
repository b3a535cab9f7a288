namespace Microsoft.ML.SimPO;

/// <summary>What a judge says of two answers.</summary>
internal enum Verdict
{
    /// <summary>The reply says none of it.</summary>
    Unclear,

    /// <summary>Neither is better.</summary>
    Tie,

    /// <summary>The one that is shown first.</summary>
    First,

    /// <summary>The one that is shown second.</summary>
    Second,
}
