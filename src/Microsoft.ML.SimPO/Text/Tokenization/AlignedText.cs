namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>
/// A text on its way through normalizers and pre-tokenizers: its UTF-16 units and, where asked for, for each unit the range of the
/// original text that it stands for. The units of one code point share their range.
/// </summary>
internal sealed class AlignedText
{
    // More than any language needs; only a tokenizer made to fill memory writes more.
    private const int MaxGrowth = 64, MaxFreeLength = 1_000_000;

    private char[] _units = new char[256];
    private (int Start, int End)[] _origins = [];
    private char[] _nextUnits = [];
    private (int Start, int End)[] _nextOrigins = [];
    private int _nextLength;
    private int _cursor;
    private long _maxLength;
    private long _workLeft = long.MaxValue;

    public int Length { get; private set; }

    /// <summary>Whether <see cref="Origin"/> is known for every unit.</summary>
    public bool IsAligned { get; private set; }

    /// <summary>Where the text starts in the original.</summary>
    public int Start { get; private set; }

    public ReadOnlySpan<char> Units => _units.AsSpan(0, Length);

    /// <summary>The range of the original text that a unit stands for.</summary>
    public (int Start, int End) Origin(int unit) => _origins[unit];

    /// <summary>Where the piece that starts at a unit starts in the original text; exact where aligned or never edited.</summary>
    public int OriginalStart(int unit) => IsAligned && unit < Length ? _origins[unit].Start : Start + unit;

    /// <summary>Takes a part of the original text. A surrogate without its partner becomes U+FFFD.</summary>
    public void Load(ReadOnlySpan<char> original, int start, int end, bool aligned)
    {
        (Start, Length, IsAligned, _maxLength) = (start, end - start, aligned, MaxFreeLength + (long)MaxGrowth * (end - start));
        Reserve(ref _units, Length);
        original[start..end].CopyTo(_units);
        if (Units.ContainsAnyInRange('\uD800', '\uDFFF')) ReplaceLoneSurrogates();
        if (!aligned) return;
        Reserve(ref _origins, Length);
        for (int i = 0; i < Length; i++) _origins[i] = (start + i, start + i + 1);
        for (int i = 0; i + 1 < Length; i++)
            if (char.IsHighSurrogate(_units[i])) _origins[i] = _origins[i + 1] = (start + i, start + i + 2);
    }

    /// <summary>From here on, so many characters may be written and steps taken, over all texts; what takes more fails.</summary>
    public void LimitWork(long most) => _workLeft = most;

    /// <summary>Counts steps that were taken beside writing.</summary>
    /// <exception cref="InvalidDataException">They are more than may be taken.</exception>
    public void Spend(long steps)
    {
        if ((_workLeft -= steps) < 0) throw new InvalidDataException("This tokenizer takes too many steps to normalize its own tokens.");
    }

    /// <summary>Takes a part of another text, origins included.</summary>
    public void Load(AlignedText other, int start, int end)
    {
        (Start, Length, IsAligned, _maxLength) = (other.OriginalStart(start), end - start, other.IsAligned, other._maxLength);
        Reserve(ref _units, Length);
        other.Units[start..end].CopyTo(_units);
        if (!IsAligned) return;
        Reserve(ref _origins, Length);
        other._origins.AsSpan(start, Length).CopyTo(_origins);
    }

    /// <summary>Starts to write the text anew; <see cref="Units"/> and <see cref="Origin"/> stay as they are until <see cref="EndEdit"/>.</summary>
    public void BeginEdit()
    {
        _nextLength = 0;
        Reserve(ref _nextUnits, Length + 16);
        if (IsAligned) Reserve(ref _nextOrigins, Length + 16);
    }

    public int EditLength => _nextLength;

    /// <summary>Writes units that stand for what unit <paramref name="from"/> of the old text stands for; -1: for nothing, before the text.</summary>
    public void Write(ReadOnlySpan<char> units, int from)
    {
        Grow(units.Length);
        units.CopyTo(_nextUnits.AsSpan(_nextLength));
        if (IsAligned) _nextOrigins.AsSpan(_nextLength, units.Length).Fill(from < 0 ? (Start, Start) : _origins[from]);
        _nextLength += units.Length;
    }

    public void Write(char unit, int from) => Write(new ReadOnlySpan<char>(in unit), from);

    public void WriteCodePoint(int codePoint, int from)
    {
        if (codePoint <= char.MaxValue)
        {
            Write((char)codePoint, from);
            return;
        }
        Span<char> pair = [(char)(0xD7C0 + (codePoint >> 10)), (char)(0xDC00 + (codePoint & 0x3FF))];
        Write(pair, from);
    }

    /// <summary>Sets the place in the old text from which <see cref="WriteChange"/> goes on.</summary>
    public void StartChanges(int at) => _cursor = at;

    /// <summary>
    /// Writes a code point by how the text changes there: above 0 it is new and stands for what the one before it stands for; at 0 it
    /// takes the place of the next old code point; below 0 it takes the place of that one and of so many more.
    /// </summary>
    public void WriteChange(int codePoint, int change)
    {
        if (change > 0)
        {
            WriteCodePoint(codePoint, _cursor - 1);
            return;
        }
        WriteCodePoint(codePoint, Math.Min(_cursor, Length - 1));
        for (; change <= 0 && _cursor < Length; change++) _cursor += char.IsHighSurrogate(_units[_cursor]) ? 2 : 1;
    }

    /// <summary>Writes a part of the old text unchanged.</summary>
    public void Keep(int start, int end)
    {
        int length = end - start;
        Grow(length);
        _units.AsSpan(start, length).CopyTo(_nextUnits.AsSpan(_nextLength));
        if (IsAligned) _origins.AsSpan(start, length).CopyTo(_nextOrigins.AsSpan(_nextLength));
        _nextLength += length;
    }

    public void EndEdit()
    {
        (_units, _nextUnits, Length) = (_nextUnits, _units, _nextLength);
        if (IsAligned) (_origins, _nextOrigins) = (_nextOrigins, _origins);
    }

    private void Grow(int more)
    {
        Spend(more);
        if (_nextLength + (long)more > _maxLength)
            throw new InvalidDataException($"This tokenizer makes more than {_maxLength} characters of a text by normalizing it.");
        if (_nextLength + more > _nextUnits.Length) Array.Resize(ref _nextUnits, Math.Max(_nextLength + more, _nextUnits.Length * 2));
        if (IsAligned && _nextLength + more > _nextOrigins.Length) Array.Resize(ref _nextOrigins, Math.Max(_nextLength + more, _nextOrigins.Length * 2));
    }

    private void ReplaceLoneSurrogates()
    {
        for (int i = 0; i < Length; i++)
        {
            if (!char.IsSurrogate(_units[i])) continue;
            if (i + 1 < Length && char.IsSurrogatePair(_units[i], _units[i + 1])) i++;
            else _units[i] = '\uFFFD';
        }
    }

    private static void Reserve<T>(ref T[] array, int length)
    {
        if (array.Length < length) array = new T[Math.Max(length, Math.Min(array.Length * 2, Array.MaxLength))];
    }
}
