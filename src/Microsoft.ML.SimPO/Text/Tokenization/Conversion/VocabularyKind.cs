namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>The files that a vocabulary comes in without a tokenizer.json.</summary>
internal enum VocabularyKind
{
    /// <summary>tekken.json.</summary>
    Tekken,

    /// <summary>tokenizer.model or spiece.model: a SentencePiece model, or ranks of tokens in base64.</summary>
    Model,

    /// <summary>vocab.json with merges.txt.</summary>
    Merges,

    /// <summary>vocab.txt.</summary>
    Words,
}
