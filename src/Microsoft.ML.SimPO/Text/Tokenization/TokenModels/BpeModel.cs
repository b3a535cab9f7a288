using System.Buffers;
using System.Text;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Byte-pair encoding as Hugging Face tokenizers does it: of all pairs the one of the lowest rank merges first, the leftmost of
/// equals. Time is n log n in a piece's length.
/// </summary>
internal sealed class BpeModel : TokenModel
{
    private readonly BpeModelOptions _options;
    private readonly BpeSymbols _symbols;
    private readonly MergeTable _merges;
    private readonly Dictionary<string, int>? _wholePieces;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _wholePiecesOfSpans;
    private readonly WordCache _cache = new();
    private readonly char _wordStart;

    /// <param name="vocabulary">Texts and ids.</param>
    /// <param name="merges">By rank, each in ids with its result.</param>
    /// <param name="options">The rest of the model.</param>
    public BpeModel(TokenVocabulary vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges, BpeModelOptions options)
    {
        (Vocabulary, _options) = (vocabulary, options);
        _symbols = new BpeSymbols(vocabulary, options);
        _merges = new MergeTable(merges);
        _wordStart = BpeWordStart.Find(vocabulary, merges, options);
        if (!options.IgnoreMerges) return;
        _wholePieces = WholePieces();
        _wholePiecesOfSpans = _wholePieces.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override TokenVocabulary Vocabulary { get; }

    public override void Encode(ReadOnlySpan<char> piece, TokenSink tokens)
    {
        if (_wordStart == '\0')
        {
            EncodeWord(piece, tokens);
            return;
        }
        int first = tokens.Count, bytes = 0;
        while (!piece.IsEmpty)
        {
            int length = BpeWordStart.WordLength(piece, _wordStart);
            ReadOnlySpan<char> word = piece[..length];
            EncodeWord(word, tokens);
            if (tokens.WantsPlaces)
            {
                for (; first < tokens.Count; first++) tokens.SetPlace(first, tokens.Place(first).Start + bytes, tokens.Place(first).End + bytes);
                bytes += Encoding.UTF8.GetByteCount(word);
            }
            piece = piece[length..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, TokenSink tokens)
    {
        if (word.Length > WordCache.MaxLength)
        {
            Compute(word, tokens, store: false, hash: 0);
            return;
        }
        if (_cache.Find(word, out uint hash) is { } known) known.AddTo(tokens);
        else Compute(word, tokens, store: true, hash);
    }

    private void Compute(ReadOnlySpan<char> word, TokenSink tokens, bool store, uint hash)
    {
        if (_wholePieces is not null && _wholePiecesOfSpans.TryGetValue(word, out int whole))
        {
            ReadOnlySpan<int> end = [Encoding.UTF8.GetByteCount(word)];
            Finish([whole], end, word, tokens, store, hash);
            return;
        }
        int capacity = _symbols.MaxCount(word.Length);
        int[] ids = ArrayPool<int>.Shared.Rent(capacity), ends = ArrayPool<int>.Shared.Rent(capacity);
        int count = _symbols.Write(word, ids, ends);
        count = count <= BpeMerger.SmallCount ? BpeMerger.MergeSmall(_merges, ids, ends, count) : BpeMerger.MergeLarge(_merges, ids, ends, count);
        Finish(ids.AsSpan(0, count), ends.AsSpan(0, count), word, tokens, store, hash);
        ArrayPool<int>.Shared.Return(ids);
        ArrayPool<int>.Shared.Return(ends);
    }

    private void Finish(ReadOnlySpan<int> ids, ReadOnlySpan<int> ends, ReadOnlySpan<char> word, TokenSink tokens, bool store, uint hash)
    {
        tokens.AddRange(ids, ends);
        if (store) _cache.Store(hash, word, ids, ends);
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
