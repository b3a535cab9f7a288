namespace Microsoft.ML.SimPO.Text;

/// <summary>Writes the UTF-8 bytes of each piece in <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteAlphabetStep : PreTokenizerStep
{
    public override bool Rewrites => true;

    public override void Apply(AlignedText text, PieceList pieces, PieceList result, PieceList scratch)
    {
        text.BeginEdit();
        foreach ((int start, int end) in pieces.Items)
        {
            int newStart = text.EditLength;
            ByteAlphabet.Write(text, start, end);
            result.AddPiece(newStart, text.EditLength);
        }
        text.EndEdit();
    }
}
