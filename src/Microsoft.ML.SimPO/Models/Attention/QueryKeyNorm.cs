namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Whether queries and keys are normed before the rotary embedding.</summary>
internal enum QueryKeyNorm
{
    None,

    /// <summary>Each head by itself, one weight for all heads.</summary>
    PerHead,

    /// <summary>The whole projection before it is split into heads.</summary>
    WholeProjection,
}
