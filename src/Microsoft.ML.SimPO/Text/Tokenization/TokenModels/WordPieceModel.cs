using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// WordPiece: the longest token that a word starts with, then the longest continuation, and so on; a word with a part that no token has is unknown.
/// </summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly PatternTrie _starts = new();
    private readonly PatternTrie _continuations = new();
    private readonly string _unknown;
    private readonly int _maxCharacters;

    /// <param name="vocabulary">Texts and ids.</param>
    /// <param name="unknown">The token of unknown words.</param>
    /// <param name="prefix">What the tokens that continue a word start with.</param>
    /// <param name="maxCharacters">Words of more code points are unknown.</param>
    public WordPieceModel(TokenVocabulary vocabulary, string unknown, string prefix, int maxCharacters)
    {
        (Vocabulary, _unknown, _maxCharacters) = (vocabulary, unknown, maxCharacters);
        foreach ((string text, int id) in vocabulary.Entries)
        {
            _starts.Add(text, id);
            if (text.StartsWith(prefix, StringComparison.Ordinal)) _continuations.Add(text.AsSpan(prefix.Length), id);
        }
    }

    public override TokenVocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        var parts = new List<(int Id, int Length)>();
        if (!Cut(piece, parts))
        {
            int unknown = Vocabulary.Id(_unknown) ?? throw new InvalidDataException(
                $"The text holds a word that is unknown, and the vocabulary lacks the WordPiece model's unknown token \"{_unknown}\".");
            tokens.Add(unknown, 0, Encoding.UTF8.GetByteCount(piece));
            return;
        }
        int at = 0, bytes = 0;
        foreach ((int id, int length) in parts)
        {
            int end = bytes + Encoding.UTF8.GetByteCount(piece.Slice(at, length));
            tokens.Add(id, bytes, end);
            (at, bytes) = (at + length, end);
        }
    }

    private bool Cut(ReadOnlySpan<char> piece, List<(int Id, int Length)> parts)
    {
        int characters = 0;
        foreach (Rune _ in piece.EnumerateRunes())
            if (++characters > _maxCharacters) return false;
        for (ReadOnlySpan<char> rest = piece; !rest.IsEmpty; rest = rest[parts[^1].Length..])
        {
            (int id, int length) = (parts.Count == 0 ? _starts : _continuations).Longest(rest);
            if (id < 0) return false;
            parts.Add((id, length));
        }
        return true;
    }
}
