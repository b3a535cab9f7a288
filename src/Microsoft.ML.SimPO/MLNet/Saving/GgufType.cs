namespace Microsoft.ML.SimPO;

/// <summary>How most weights are stored in a GGUF file. Norms and biases are 32 bits wide in every one.</summary>
public enum GgufType
{
    /// <summary>32 bits: as the model is.</summary>
    F32,

    /// <summary>16 bits with 5 of exponent: finer than bfloat16, and too narrow for numbers above 65504.</summary>
    F16,

    /// <summary>16 bits with the exponent of 32.</summary>
    BF16,

    /// <summary>8 bits and a scale for each 32: 8.5 bits a weight.</summary>
    Q8_0,

    /// <summary>4 bits and a scale for each 32: 4.5 bits a weight.</summary>
    Q4_0,

    /// <summary>4 bits, a scale and a minimum for each 32: 5 bits a weight.</summary>
    Q4_1,
}
