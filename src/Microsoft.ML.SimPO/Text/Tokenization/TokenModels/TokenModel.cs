namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Turns a piece of pre-tokenized text into tokens of a vocabulary. Thread safe.</summary>
internal abstract class TokenModel
{
    /// <summary>The texts of the vocabulary.</summary>
    public abstract TokenVocabulary Vocabulary { get; }

    /// <param name="piece">Well-formed UTF-16, not empty.</param>
    /// <param name="tokens">Takes the tokens, with their places in UTF-8 bytes of the piece.</param>
    public abstract void Encode(ReadOnlySpan<char> piece, TokenSink tokens);

    /// <summary>Encodes pieces of a text in a row, without their places.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="pieces">Pieces of it, none empty.</param>
    /// <param name="tokens">Takes the tokens.</param>
    public virtual void EncodeAll(ReadOnlySpan<char> text, ReadOnlySpan<(int Start, int End)> pieces, TokenSink tokens)
    {
        foreach ((int start, int end) in pieces) Encode(text[start..end], tokens);
    }
}
