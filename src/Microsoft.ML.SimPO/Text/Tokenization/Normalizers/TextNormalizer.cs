namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Rewrites a text before it is cut into pieces. Thread safe.</summary>
internal abstract class TextNormalizer
{
    public abstract void Normalize(AlignedText text);
}
