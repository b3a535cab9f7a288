namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>Places in a text that a pattern can ask for. Lines end with \n alone.</summary>
internal enum RegexAnchor
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrFinalNewline,
    WordBoundary,
    NotWordBoundary,
}
