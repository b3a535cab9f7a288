namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>What a parameter is to weight decay and to adapters.</summary>
internal enum ParameterKind
{
    Embedding,
    Head,
    Projection,
    Bias,
    Norm,

    /// <summary>A or B of a LoRA adapter.</summary>
    LowRank,
}
