namespace Microsoft.ML.SimPO;

/// <summary>How the weights of a checkpoint are stored.</summary>
public enum CheckpointPrecision
{
    /// <summary>Four bytes a weight, exactly as trained.</summary>
    Float32,

    /// <summary>Two bytes a weight, rounded to nearest: updates smaller than a 256th of a weight are lost.</summary>
    BFloat16,
}
