using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// Byte-pair encoding as Hugging Face tokenizers does it: of all pairs the one of the lowest rank merges first, the leftmost of
/// equals. Time is n log n in a piece's length.
/// </summary>
internal sealed class BpeModel : TokenModel
{
    private readonly BpeModelOptions _options;
    private readonly BpeSymbols _symbols;
    private readonly BpeMerger _merger;
    private readonly Dictionary<string, int>? _wholePieces;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _wholePiecesOfSpans;
    private readonly WordCache _cache = new();
    private readonly ConcurrentBag<RecentPieces> _recentPieces = [];
    private readonly char _wordStart;

    /// <param name="vocabulary">Texts and ids.</param>
    /// <param name="merges">By rank, each in ids with its result.</param>
    /// <param name="options">The rest of the model.</param>
    public BpeModel(TokenVocabulary vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges, BpeModelOptions options)
    {
        (Vocabulary, _options) = (vocabulary, options);
        _symbols = new BpeSymbols(vocabulary, options);
        _merger = new BpeMerger(new MergeTable(merges));
        _wordStart = BpeWordStart.Find(vocabulary, merges, options);
        if (!options.IgnoreMerges) return;
        _wholePieces = WholePieces();
        _wholePiecesOfSpans = _wholePieces.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override TokenVocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        int first = tokens.Count, bytes = 0;
        while (!piece.IsEmpty)
        {
            ReadOnlySpan<char> word = piece[..WordLength(piece)];
            EncodeWord(word, tokens);
            if (tokens.WantsPlaces)
            {
                for (; first < tokens.Count; first++) tokens.SetPlace(first, tokens.Place(first).Start + bytes, tokens.Place(first).End + bytes);
                bytes += Encoding.UTF8.GetByteCount(word);
            }
            piece = piece[word.Length..];
        }
    }

    public override void EncodeAll(ReadOnlySpan<char> text, ReadOnlySpan<(int Start, int End)> pieces, TokenSink tokens)
    {
        if (!_recentPieces.TryTake(out RecentPieces? recent)) recent = new RecentPieces();
        foreach ((int start, int end) in pieces)
        {
            for (int at = start; at < end;)
            {
                int length = WordLength(text[at..end]);
                if (!PieceKey.TryMake(text, at, length, out PieceKey key)) EncodeWord(text.Slice(at, length), tokens);
                else if (!recent.TryAdd(key, tokens))
                {
                    WordCache.Entry entry = EntryOf(text.Slice(at, length), tokens);
                    entry.AddTo(tokens);
                    recent.Store(key, entry.Ids);
                }
                at += length;
            }
        }
        _recentPieces.Add(recent);
    }

    /// <summary>How much of a piece can be encoded by itself.</summary>
    private int WordLength(ReadOnlySpan<char> piece) => _wordStart == '\0' ? piece.Length : BpeWordStart.WordLength(piece, _wordStart);

    private void EncodeWord(ReadOnlySpan<char> word, TokenSink tokens)
    {
        if (word.Length <= WordCache.MaxLength)
        {
            EntryOf(word, tokens).AddTo(tokens);
            return;
        }
        int count = Compute(word, tokens, out int[] ids, out int[] ends);
        tokens.AddRange(ids.AsSpan(0, count), ends.AsSpan(0, count));
        Return(ids, ends);
    }

    private WordCache.Entry EntryOf(ReadOnlySpan<char> word, TokenSink tokens)
    {
        if (_cache.Find(word, out uint hash) is { } known) return known;
        int count = Compute(word, tokens, out int[] ids, out int[] ends);
        WordCache.Entry entry = _cache.Store(hash, word, ids.AsSpan(0, count), ends.AsSpan(0, count));
        Return(ids, ends);
        return entry;
    }

    /// <summary>Writes the tokens of a word and where they end into arrays that go back with <see cref="Return"/>; the sink is told what it took.</summary>
    /// <returns>How many there are.</returns>
    private int Compute(ReadOnlySpan<char> word, TokenSink tokens, out int[] ids, out int[] ends)
    {
        int whole = 0;
        bool isWhole = _wholePieces is not null && _wholePiecesOfSpans.TryGetValue(word, out whole);
        int capacity = isWhole ? 1 : _symbols.MaxCount(word);
        (ids, ends) = (ArrayPool<int>.Shared.Rent(capacity), ArrayPool<int>.Shared.Rent(capacity));
        if (isWhole)
        {
            (ids[0], ends[0]) = (whole, Encoding.UTF8.GetByteCount(word));
            return 1;
        }
        int count = _symbols.Write(word, ids, ends);
        count = _merger.Merge(ids.AsSpan(0, count), ends.AsSpan(0, count), out long work);
        tokens.Work += work;
        return count;
    }

    private static void Return(int[] ids, int[] ends)
    {
        ArrayPool<int>.Shared.Return(ids);
        ArrayPool<int>.Shared.Return(ends);
    }

    /// <summary>The vocabulary by the text of a piece as this model is given it.</summary>
    private Dictionary<string, int> WholePieces()
    {
        var pieces = new Dictionary<string, int>(Vocabulary.Count);
        foreach ((string text, int id) in Vocabulary.Entries)
        {
            string? piece = _options.ByteLevel ? ByteAlphabet.Spell(text) : text;
            if (piece is not null) pieces[piece] = id;
        }
        return pieces;
    }
}
