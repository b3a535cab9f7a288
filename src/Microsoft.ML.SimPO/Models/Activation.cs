namespace Microsoft.ML.SimPO.Models;

/// <summary>The function of the gate in the MLP.</summary>
internal enum Activation
{
    Silu,

    /// <summary>With the error function.</summary>
    Gelu,

    /// <summary>With tanh.</summary>
    GeluTanh,
}
