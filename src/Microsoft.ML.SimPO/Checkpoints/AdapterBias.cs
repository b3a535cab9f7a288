namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Which biases of a model an adapter trains and stores whole; <c>bias</c> in its configuration.</summary>
internal enum AdapterBias
{
    None,

    /// <summary>Those of modules that it adapts, <c>lora_only</c>.</summary>
    Adapted,

    /// <summary>All, <c>all</c>.</summary>
    All,
}
