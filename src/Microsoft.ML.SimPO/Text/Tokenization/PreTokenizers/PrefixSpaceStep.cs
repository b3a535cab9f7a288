namespace Microsoft.ML.SimPO.Text;

/// <summary>Puts a space before each piece that does not start with one.</summary>
internal sealed class PrefixSpaceStep : PreTokenizerStep
{
    public override bool Rewrites => true;

    public override void Apply(AlignedText text, PieceList pieces, PieceList result, PieceList scratch)
    {
        text.BeginEdit();
        foreach ((int start, int end) in pieces.Items)
        {
            int newStart = text.EditLength;
            if (text.Units[start] != ' ') text.Write(' ', start);
            text.Keep(start, end);
            result.AddPiece(newStart, text.EditLength);
        }
        text.EndEdit();
    }
}
