namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>What a parameter is to weight decay and to adapters.</summary>
internal enum ParameterKind
{
    Embedding,
    Head,
    Projection,
    Bias,

    /// <summary>The matrices of all experts of a layer in one tensor.</summary>
    Experts,
    Norm,

    /// <summary>A few numbers that are trained and always computed with as float32, as the slopes of an activation.</summary>
    Coefficient,

    /// <summary>Numbers that the model computes with and nobody trains.</summary>
    Buffer,

    /// <summary>A or B of a LoRA adapter.</summary>
    LowRank,
}
