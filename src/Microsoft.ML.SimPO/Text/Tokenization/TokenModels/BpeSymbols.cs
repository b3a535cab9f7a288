using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>The symbols that merging starts from: a word's characters, or its bytes.</summary>
internal sealed class BpeSymbols
{
    private readonly BpeModelOptions _options;
    private readonly TokenVocabulary _vocabulary;
    private readonly int[] _byteIds = new int[256];
    private readonly int[] _asciiIds = new int[128];
    private readonly Dictionary<int, int> _runeIds = [];
    private readonly bool _hasAffixes;
    private readonly int _unknown;

    public BpeSymbols(TokenVocabulary vocabulary, BpeModelOptions options)
    {
        (_vocabulary, _options) = (vocabulary, options);
        _hasAffixes = options.ContinuingSubwordPrefix.Length > 0 || options.EndOfWordSuffix.Length > 0;
        _unknown = options.UnknownToken is null ? -1 : vocabulary.Id(options.UnknownToken) ?? -1;
        for (int b = 0; b < 256; b++)
        {
            string text = options.ByteLevel ? ByteAlphabet.Character((byte)b).ToString() : string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>");
            _byteIds[b] = vocabulary.Id(text) ?? -1;
        }
        Array.Fill(_asciiIds, -1);
        foreach ((string text, int id) in vocabulary.Entries)
        {
            if (text.Length is 0 or > 2 || Rune.DecodeFromUtf16(text, out Rune rune, out int length) != System.Buffers.OperationStatus.Done
                || length != text.Length) continue;
            if (rune.IsAscii) _asciiIds[rune.Value] = id;
            else _runeIds[rune.Value] = id;
        }
    }

    /// <summary>The most symbols that a word can have: its bytes, with those of the prefix and suffix of each character.</summary>
    public int MaxCount(ReadOnlySpan<char> word) =>
        checked(Encoding.UTF8.GetByteCount(word) + word.Length * 3 * (_options.ContinuingSubwordPrefix.Length + _options.EndOfWordSuffix.Length));

    /// <summary>Writes the symbols and where they end in UTF-8 bytes; what is dropped takes no room, as in Hugging Face tokenizers.</summary>
    /// <returns>How many there are.</returns>
    public int Write(ReadOnlySpan<char> word, int[] ids, int[] ends)
    {
        return _options.ByteLevel ? WriteBytes(word, ids, ends) : WriteCharacters(word, ids, ends);
    }

    private int WriteBytes(ReadOnlySpan<char> word, int[] ids, int[] ends)
    {
        var list = new SymbolWriter(ids, ends);
        (int Id, int Length) unknown = (-1, 0);
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word[i..], out Rune rune, out int length);
            int bytes = rune.EncodeToUtf8(utf8);
            foreach (byte value in utf8[..bytes])
            {
                int id = _byteIds[value];
                if (id >= 0)
                {
                    list.AddPending(ref unknown);
                    list.Add(id, 1);
                }
                else AddUnknown(ref list, ref unknown, 1);
            }
            i += length;
        }
        list.AddPending(ref unknown);
        return list.Count;
    }

    private int WriteCharacters(ReadOnlySpan<char> word, int[] ids, int[] ends)
    {
        var list = new SymbolWriter(ids, ends);
        (int Id, int Length) unknown = (-1, 0);
        for (int i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word[i..], out Rune rune, out int length);
            int bytes = rune.Utf8SequenceLength;
            int id = _hasAffixes ? IdWithAffixes(word.Slice(i, length), i == 0, i + length == word.Length) : IdOf(rune);
            if (id >= 0)
            {
                list.AddPending(ref unknown);
                list.Add(id, bytes);
            }
            else if (!_options.ByteFallback || !AddBytes(ref list, word.Slice(i, length), i == 0, i + length == word.Length))
                AddUnknown(ref list, ref unknown, bytes);
            i += length;
        }
        list.AddPending(ref unknown);
        return list.Count;
    }

    /// <summary>Bytes do not end a run of unknown characters: the unknown token then comes after them, as in Hugging Face tokenizers.</summary>
    private bool AddBytes(ref SymbolWriter list, ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(_hasAffixes ? Affixed(character, isFirst, isLast) : character.ToString());
        if (!Array.TrueForAll(bytes, b => _byteIds[b] >= 0)) return false;
        foreach (byte value in bytes) list.Add(_byteIds[value], 1);
        return true;
    }

    private void AddUnknown(ref SymbolWriter list, ref (int Id, int Length) pending, int bytes)
    {
        if (_options.UnknownToken is null) return;
        if (_unknown < 0) throw new InvalidDataException(
            $"The text holds a character that the vocabulary lacks, and the BPE model's unknown token \"{_options.UnknownToken}\" too.");
        if (pending.Id >= 0 && _options.FuseUnknown)
        {
            pending.Length += bytes;
            return;
        }
        list.AddPending(ref pending);
        pending = (_unknown, bytes);
    }

    private int IdOf(Rune rune) => rune.IsAscii ? _asciiIds[rune.Value] : _runeIds.TryGetValue(rune.Value, out int id) ? id : -1;

    private int IdWithAffixes(ReadOnlySpan<char> character, bool isFirst, bool isLast) =>
        _vocabulary.TryGetId(Affixed(character, isFirst, isLast), out int id) ? id : -1;

    private string Affixed(ReadOnlySpan<char> character, bool isFirst, bool isLast) =>
        $"{(isFirst ? "" : _options.ContinuingSubwordPrefix)}{character}{(isLast ? _options.EndOfWordSuffix : "")}";

    private ref struct SymbolWriter(int[] ids, int[] ends)
    {
        private int _end;

        public int Count { get; private set; }

        public void Add(int id, int bytes)
        {
            _end += bytes;
            (ids[Count], ends[Count]) = (id, _end);
            Count++;
        }

        public void AddPending(ref (int Id, int Length) unknown)
        {
            if (unknown.Id < 0) return;
            Add(unknown.Id, unknown.Length);
            unknown = (-1, 0);
        }
    }
}
