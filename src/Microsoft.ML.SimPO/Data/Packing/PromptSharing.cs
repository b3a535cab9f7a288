namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>What is laid out once.</summary>
internal enum PromptSharing
{
    /// <summary>Nothing: every answer of every group is a whole sequence.</summary>
    None,

    /// <summary>The prompt of each group.</summary>
    Group,

    /// <summary>The prompt of all groups that have it, and every answer of theirs. The default.</summary>
    Batch,
}
