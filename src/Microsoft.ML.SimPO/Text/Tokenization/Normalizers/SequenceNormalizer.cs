namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Normalizers one after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<TextNormalizer> normalizers) : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        foreach (TextNormalizer normalizer in normalizers) normalizer.Normalize(text);
    }
}
