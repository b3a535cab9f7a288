using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Writes the UTF-8 bytes of each piece in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteAlphabetStep : RewriteStep
{
    protected override void Write(AlignedText text, int start, int end) => ByteAlphabet.Write(text, start, end);
}
