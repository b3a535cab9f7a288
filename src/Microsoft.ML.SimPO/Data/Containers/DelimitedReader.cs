using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Records of CSV, as bytes, in one buffer that holds the record at hand. Only a quote at a field's start opens quoting. Rows end with LF or CR LF, or with
/// CR alone where the first row does. Quotes inside quotes are doubled, or have a backslash before them as Spark writes them: the latter where a record
/// makes sense in no other way, and from there on.
/// </summary>
internal sealed class DelimitedReader(Stream stream, int maxRecordBytes)
{
    private readonly List<(int Start, int Length, bool IsQuoted)> _fields = [];
    private byte[] _buffer = new byte[1 << 16];
    private byte[] _unescaped = [];
    private int _start, _end; // where the record starts in the buffer, and where the bytes that are there end
    private int _at; // what is looked at, from the record's start
    private long _nextLine = 1;
    private bool _atEnd, _isFirst = true, _returnEnds, _isBackslashed, _sawBackslash;

    public byte Separator { get; set; } = (byte)',';

    /// <summary>Fields that a record must have, to be told right from wrong quoting; 0 for any number.</summary>
    public int Expected { get; set; }

    public int FieldCount => _fields.Count;

    public DelimitedFault Fault { get; private set; }

    /// <summary>Number of the record last read, from 1.</summary>
    public long Record { get; private set; }

    /// <summary>Line where the record last read starts, from 1.</summary>
    public long Line { get; private set; }

    public int RecordLength => _at;

    /// <summary>Reads the next record, empty lines passed over. False at the end.</summary>
    /// <exception cref="InvalidDataException">The record is so long that its end is not looked for.</exception>
    public bool TryRead()
    {
        Pass();
        while (Byte(0) is '\n' or '\r')
        {
            _at = 1;
            Pass();
        }
        if (Byte(0) < 0) return false;
        Record++;
        Line = _nextLine;
        Parse(_isBackslashed);
        if (!IsSound() && (_sawBackslash || _isBackslashed)) ParseOtherwise();
        _isFirst = false;
        return true;
    }

    /// <summary>Reads the record last read again, with another separator.</summary>
    public void ReadAgain(byte separator)
    {
        Separator = separator;
        _isFirst = Record == 1;
        Parse(_isBackslashed);
        _isFirst = false;
    }

    /// <summary>The bytes of a field, until the next is asked for.</summary>
    public ReadOnlySpan<byte> Field(int index)
    {
        (int start, int length, bool isQuoted) = _fields[index];
        ReadOnlySpan<byte> field = _buffer.AsSpan(_start + start, length);
        return isQuoted && (field.Contains((byte)'"') || (_isBackslashed && field.Contains((byte)'\\'))) ? Unescape(field) : field;
    }

    private bool IsSound() => Fault == DelimitedFault.None && (Expected == 0 || FieldCount == Expected);

    private void ParseOtherwise()
    {
        _isBackslashed = !_isBackslashed;
        Parse(_isBackslashed);
        if (IsSound()) return;
        _isBackslashed = !_isBackslashed;
        Parse(_isBackslashed);
    }

    private void Parse(bool backslashed)
    {
        _fields.Clear();
        _at = 0;
        _sawBackslash = false;
        Fault = DelimitedFault.None;
        do
        {
            if (Byte(_at) == '"') ReadQuoted(backslashed);
            else ReadPlain();
        }
        while (Byte(_at) == Separator && ++_at > 0);
        if (Byte(_at) == '\r') _at++;
        if (Byte(_at) == '\n') _at++;
    }

    private void ReadPlain()
    {
        int start = _at;
        SkipPlain();
        _fields.Add((start, _at - start, false));
    }

    /// <summary>Goes on to the next separator, row end or end of the file.</summary>
    private void SkipPlain()
    {
        for (; Byte(_at) >= 0; _at++)
        {
            int found = Rest.IndexOfAny(Separator, (byte)'\n', (byte)'\r');
            _at += found < 0 ? Rest.Length : found;
            int next = Byte(_at);
            if (next < 0 || next == Separator || IsRowEnd(next)) return;
        }
    }

    /// <summary>Whether the byte at hand ends the row. CR does before LF, at the end, or where the first row ends so; then LF alone does not.</summary>
    private bool IsRowEnd(int next)
    {
        if (next != '\r') return next == '\n' && !_returnEnds;
        int after = Byte(_at + 1);
        if (_isFirst && after != '\n') _returnEnds = true;
        return after is '\n' or < 0 || _returnEnds;
    }

    private void ReadQuoted(bool backslashed)
    {
        int start = ++_at;
        while (true)
        {
            if (!SkipTo((byte)'"'))
            {
                Fault = DelimitedFault.UnterminatedQuote;
                break;
            }
            int backslashes = Backslashes(start);
            _sawBackslash |= backslashes > 0;
            if (backslashed && backslashes % 2 == 1) _at++;
            else if (Byte(_at + 1) == '"') _at += 2;
            else break;
        }
        _fields.Add((start, _at - start, true));
        if (Byte(_at) < 0) return;
        _at++;
        int next = Byte(_at);
        if (next < 0 || next == Separator || IsRowEnd(next)) return;
        if (Fault == DelimitedFault.None) Fault = DelimitedFault.TextAfterQuote;
        SkipPlain();
    }

    private bool SkipTo(byte wanted)
    {
        while (Byte(_at) >= 0)
        {
            int found = Rest.IndexOf(wanted);
            _at += found < 0 ? Rest.Length : found;
            if (found >= 0) return true;
        }
        return false;
    }

    private int Backslashes(int from)
    {
        int count = 0;
        while (_at - count > from && _buffer[_start + _at - count - 1] == '\\') count++;
        return count;
    }

    // A quote is doubled, or has an odd number of backslashes before it: every second of them stands for one.
    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> field)
    {
        if (_unescaped.Length < field.Length) _unescaped = new byte[_buffer.Length];
        int length = 0, backslashes = 0;
        for (int i = 0; i < field.Length; i++)
        {
            byte next = field[i];
            bool quote = next == '"';
            if (quote && _isBackslashed) length -= (backslashes + 1) / 2;
            if (quote && (backslashes % 2 == 0 || !_isBackslashed) && i + 1 < field.Length && field[i + 1] == '"') i++;
            _unescaped[length++] = next;
            backslashes = next == '\\' ? backslashes + 1 : 0;
        }
        if (_isBackslashed) length -= backslashes / 2;
        return _unescaped.AsSpan(0, length);
    }

    /// <summary>The bytes that are there from the one at hand.</summary>
    private ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start + _at, _end - _start - _at);

    /// <summary>The byte at a place, from the record's start; -1 where the file ends before it.</summary>
    private int Byte(int at)
    {
        while (_start + at >= _end)
        {
            if (!Fill()) return -1;
        }
        return _buffer[_start + at];
    }

    /// <summary>Moves the record to the front, makes room and reads.</summary>
    private bool Fill()
    {
        if (_atEnd) return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_end >= maxRecordBytes + (1L << 16))
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Record {Record} is longer than MaxRecordSize ({maxRecordBytes} bytes)."));
            Array.Resize(ref _buffer, Sizes.Grown(_buffer.Length, maxRecordBytes));
        }
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }

    /// <summary>Leaves what was looked at behind.</summary>
    private void Pass()
    {
        ReadOnlySpan<byte> passed = _buffer.AsSpan(_start, _at);
        _nextLine += passed.Count((byte)'\n');
        if (_returnEnds) _nextLine += passed.Count((byte)'\r') - passed.Count("\r\n"u8);
        _start += _at;
        _at = 0;
    }
}
