using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>SentencePiece's unigram model: of all ways to cut a piece into tokens the one with the greatest sum of scores.</summary>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>How much worse than the worst token an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int? _unknown;
    private readonly bool _isSingle;
    private readonly int[]? _byteIds;
    private readonly PatternTrie _trie = new();
    private readonly WordCache _cache = new();

    /// <param name="vocabulary">Texts and ids.</param>
    /// <param name="scores">Log-probabilities by id.</param>
    /// <param name="unknown">The token of characters that no token has; null if there is none.</param>
    /// <param name="byteFallback">Such characters are written as the tokens of their bytes, where all are there.</param>
    /// <param name="isSingle">Whether scores are added in 32 bits.</param>
    public UnigramModel(TokenVocabulary vocabulary, double[] scores, int? unknown, bool byteFallback, bool isSingle = false)
    {
        (Vocabulary, _scores, _unknown, _isSingle) = (vocabulary, scores, unknown, isSingle);
        _unknownScore = scores.Min() - UnknownPenalty;
        foreach ((string text, int id) in vocabulary.Entries) _trie.Add(text, id);
        if (byteFallback) _byteIds = [.. Enumerable.Range(0, 256).Select(b => vocabulary.Id(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")) ?? -1)];
    }

    public override TokenVocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        // Cached tokens must follow each other without a gap, which those of bytes do not.
        bool cacheable = piece.Length <= WordCache.MaxLength && _byteIds is null;
        uint hash = 0;
        if (cacheable && _cache.Find(piece, out hash) is { } known)
        {
            known.AddTo(tokens);
            return;
        }
        List<(int Start, int End)> parts = BestParts(piece, tokens);
        if (!cacheable)
        {
            AddParts(piece, parts, tokens);
            return;
        }
        var ids = new int[parts.Count];
        var ends = new int[parts.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ReadOnlySpan<char> part = piece[parts[i].Start..parts[i].End];
            ids[i] = Vocabulary.TryGetId(part, out int id) ? id : Unknown();
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + Encoding.UTF8.GetByteCount(part);
        }
        _cache.Store(hash, piece, ids, ends);
        tokens.AddRange(ids, ends);
    }

    private void AddParts(ReadOnlySpan<char> piece, List<(int Start, int End)> parts, TokenSink tokens)
    {
        int at = 0;
        foreach ((int start, int end) in parts)
        {
            ReadOnlySpan<char> part = piece[start..end];
            int length = Encoding.UTF8.GetByteCount(part);
            if (Vocabulary.TryGetId(part, out int id)) tokens.Add(id, at, at + length);
            else if (_byteIds is null || !AddBytes(part, at, length, tokens)) tokens.Add(Unknown(), at, at + length);
            at += length;
        }
    }

    private bool AddBytes(ReadOnlySpan<char> part, int at, int length, TokenSink tokens)
    {
        byte[] bytes = new byte[length];
        Encoding.UTF8.GetBytes(part, bytes);
        if (!Array.TrueForAll(bytes, b => _byteIds![b] >= 0)) return false;
        foreach (byte value in bytes) tokens.Add(_byteIds![value], at, at + length);
        return true;
    }

    private int Unknown() => _unknown ?? throw new InvalidDataException(
        "The text holds a character that no token of the Unigram model has, and the model names no unknown token ('unk_id').");

    /// <summary>The parts of the best cut, unknown characters in a row as one.</summary>
    private List<(int Start, int End)> BestParts(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        Node[] best = ArrayPool<Node>.Shared.Rent(piece.Length + 1);
        best.AsSpan(0, piece.Length + 1).Fill(new Node(0, -1, false));
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out _, out int length);
            double score = best[at].Score;
            bool known = false;
            var walk = _trie.Start();
            int end = at;
            while (end < piece.Length && walk.Advance(piece[end]))
            {
                end++;
                if (walk.Value < 0) continue;
                Offer(ref best[end], Sum(score, _scores[walk.Value]), at, isUnknown: walk.Value == _unknown);
                known |= end == at + length;
            }
            tokens.Work += end - at + 1;
            if (!known) Offer(ref best[at + length], Sum(score, _unknownScore), at, isUnknown: true);
            at += length;
        }
        var parts = new List<(int Start, int End)>();
        bool wasUnknown = false;
        for (int end = piece.Length; end > 0; end = best[end].Start)
        {
            if (best[end].IsUnknown && wasUnknown) parts[^1] = (best[end].Start, parts[^1].End);
            else parts.Add((best[end].Start, end));
            wasUnknown = best[end].IsUnknown;
        }
        parts.Reverse();
        ArrayPool<Node>.Shared.Return(best);
        return parts;
    }

    private double Sum(double score, double part) => _isSingle ? (float)score + (float)part : score + part;

    private static void Offer(ref Node node, double score, int start, bool isUnknown)
    {
        if (node.Start < 0 || score > node.Score) node = new Node(score, start, isUnknown);
    }

    /// <summary>The best cut of what lies before a place: its score and where its last part starts.</summary>
    private readonly record struct Node(double Score, int Start, bool IsUnknown);
}
