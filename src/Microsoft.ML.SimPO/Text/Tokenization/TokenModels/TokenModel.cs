namespace Microsoft.ML.SimPO.Text;

/// <summary>Turns a piece of pre-tokenized text into tokens of a vocabulary. Thread safe.</summary>
internal abstract class TokenModel
{
    /// <summary>The texts of the vocabulary.</summary>
    public abstract TokenVocabulary Vocabulary { get; }

    /// <param name="piece">Well-formed UTF-16, not empty.</param>
    /// <param name="tokens">Takes the tokens, with their places in UTF-8 bytes of the piece.</param>
    public abstract void Encode(ReadOnlySpan<char> piece, TokenSink tokens);
}
