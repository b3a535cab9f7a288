namespace Microsoft.ML.SimPO.Models;

/// <summary>In which numbers weights are held and layers compute.</summary>
internal enum ComputePrecision
{
    /// <summary>Everything in float32.</summary>
    Float32,

    /// <summary>
    /// Weights, their gradients and the optimizer's moments in float32. Layers, embedding and head compute in bfloat16, with roundings of their matrices and
    /// biases that are kept beside them; norms, rotary embedding and the softmax of the head stay float32.
    /// </summary>
    Mixed,
}
