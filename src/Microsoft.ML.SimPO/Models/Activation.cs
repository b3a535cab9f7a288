namespace Microsoft.ML.SimPO.Models;

/// <summary>The function of the gate in the MLP, or between its projections where it has none.</summary>
internal enum Activation
{
    Silu,

    /// <summary>With the error function.</summary>
    Gelu,

    /// <summary>With tanh.</summary>
    GeluTanh,

    /// <summary>max(x, 0)^2, of an MLP without a gate.</summary>
    ReluSquared,

    /// <summary>With slopes that are learned, of an MLP without a gate.</summary>
    XIelu,
}
