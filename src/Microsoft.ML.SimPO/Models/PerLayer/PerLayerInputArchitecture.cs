namespace Microsoft.ML.SimPO.Models.PerLayer;

/// <summary>What each layer gets of each token beside the stream.</summary>
/// <param name="Size">How many values a layer gets.</param>
/// <param name="Layers">How many layers get them.</param>
/// <param name="VocabularySize">Rows of their embedding.</param>
internal sealed record PerLayerInputArchitecture(int Size, int Layers, int VocabularySize)
{
    /// <summary>Values of all layers.</summary>
    public int Width => Size * Layers;
}
