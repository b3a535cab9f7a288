namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>A step that writes each piece anew and cuts none.</summary>
internal abstract class RewriteStep : PreTokenizerStep
{
    public sealed override bool Rewrites => true;

    public sealed override void Apply(AlignedText text, PieceList pieces, PieceList result, PieceList scratch)
    {
        text.BeginEdit();
        foreach ((int start, int end) in pieces.Items)
        {
            int newStart = text.EditLength;
            Write(text, start, end);
            result.AddPiece(newStart, text.EditLength);
        }
        text.EndEdit();
    }

    /// <summary>Writes what becomes of a piece, which is not empty.</summary>
    protected abstract void Write(AlignedText text, int start, int end);
}
