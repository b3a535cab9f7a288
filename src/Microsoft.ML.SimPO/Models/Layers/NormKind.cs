namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>What all norms of a decoder compute.</summary>
internal enum NormKind
{
    /// <summary>x / rms(x) * w</summary>
    RootMeanSquare,

    /// <summary>x / rms(x)</summary>
    Weightless,

    /// <summary>(x - mean) / deviation * w</summary>
    Layer,

    /// <summary>(x - mean) / deviation * w + b</summary>
    LayerWithBias,
}
