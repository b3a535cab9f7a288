using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Writes a text's UTF-8 bytes in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelNormalizer : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        text.BeginEdit();
        ByteAlphabet.Write(text, 0, text.Length);
        text.EndEdit();
    }
}
