using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Each piece is a token of the vocabulary or unknown.</summary>
internal sealed class WordLevelModel(TokenVocabulary vocabulary, string unknown) : TokenModel
{
    public override TokenVocabulary Vocabulary => vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        if (!vocabulary.TryGetId(piece, out int id))
            id = vocabulary.Id(unknown) ?? throw new InvalidDataException(
                $"The text holds a word that is unknown, and the vocabulary lacks the WordLevel model's unknown token \"{unknown}\".");
        tokens.Add(id, 0, Encoding.UTF8.GetByteCount(piece));
    }
}
