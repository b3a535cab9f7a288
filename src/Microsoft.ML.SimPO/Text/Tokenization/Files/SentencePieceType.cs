namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>The kinds of pieces of a SentencePiece model, by their numbers in the file.</summary>
internal enum SentencePieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
