namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>A step that cuts pieces of a text into smaller ones, and may rewrite them. Thread safe.</summary>
internal abstract class PreTokenizerStep
{
    /// <summary>Whether the step rewrites the text.</summary>
    public virtual bool Rewrites => false;

    /// <summary>Whether the step asks where a piece starts in the original text.</summary>
    public virtual bool AsksForOrigin => false;

    /// <param name="text">The text; rewritten pieces follow each other in it.</param>
    /// <param name="pieces">The pieces so far.</param>
    /// <param name="result">Takes the new pieces; empty when called.</param>
    /// <param name="scratch">For the step's own use.</param>
    public abstract void Apply(AlignedText text, PieceList pieces, PieceList result, PieceList scratch);
}
