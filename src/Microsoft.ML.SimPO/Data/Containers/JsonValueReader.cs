using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The values of a JSON array (also one in an object around it), or JSON values one after the other, from a stream: each as the bytes that it spans.
/// The buffer holds the value at hand and doubles until it is whole, so no byte is looked at more than a few times.
/// </summary>
internal sealed class JsonValueReader(Stream stream, string name, int maxRowBytes)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private int _pending; // bytes of the value last handed out: passed over when the next is asked for
    private bool _atEnd, _isArray, _isWrapped, _begun, _ended;

    /// <summary>Number of the value last read, from 1.</summary>
    public long Row { get; private set; }

    /// <summary>Line where the value last read starts, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <exception cref="InvalidDataException">The JSON is broken, too deep or a value too long; there is no telling where the next value
    /// starts.</exception>
    public bool TryRead(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!_begun) Begin();
        if (_ended || !SkipToValue()) return false;
        Row++;
        int length;
        while (!TryMeasure(out length)) { }
        value = _buffer.AsSpan(_start, length);
        _pending = length;
        return true;
    }

    private void Begin()
    {
        _begun = true;
        int first = Peek();
        if (first == '{')
        {
            FillUp();
            int rows = JsonWrapper.Find(_buffer.AsSpan(_start, _end - _start));
            if (rows < 0) return;
            _isWrapped = true;
            Skip(rows);
        }
        else if (first != '[') return;
        _isArray = true;
        Skip(1);
    }

    private bool SkipToValue()
    {
        Skip(_pending);
        _pending = 0;
        int next = Peek();
        if (!_isArray) return next >= 0;
        if (next == ']')
        {
            Skip(1);
            _ended = true;
            if (_isWrapped && Peek() is not ('}' or ',')) throw Broken("`}` after the rows");
            if (!_isWrapped && Peek() >= 0) throw Broken("nothing after the array's end");
            return false;
        }
        if (Row > 0)
        {
            if (next != ',') throw Broken("`,` or `]` after a row");
            Skip(1);
            next = Peek();
        }
        if (next is < 0 or ']') throw Broken("a row");
        return true;
    }

    /// <summary>The next byte that is not white space; -1 at the end.</summary>
    private int Peek()
    {
        while (true)
        {
            int count = _buffer.AsSpan(_start, _end - _start).IndexOfAnyExcept(" \t\r\n"u8);
            if (count >= 0)
            {
                Skip(count);
                return _buffer[_start];
            }
            Skip(_end - _start);
            if (!Fill()) return -1;
        }
    }

    private bool TryMeasure(out int length)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _atEnd, new JsonReaderState(JsonRowParser.Options));
        length = 0;
        try
        {
            if (reader.Read() && reader.TrySkip())
            {
                length = (int)reader.BytesConsumed;
                return true;
            }
        }
        catch (JsonException error)
        {
            if (TryRepair()) return false;
            throw new InvalidDataException($"{Place}: {JsonRowParser.Describe(error)}", error);
        }
        if (_end - _start > maxRowBytes) throw new InvalidDataException($"{Place}: {Sizes.RowTooLong(maxRowBytes)}");
        FillUp();
        return false;
    }

    /// <summary>Puts what JSON has in the place of Python's NaN and Infinity, in all that is in the buffer.</summary>
    private bool TryRepair()
    {
        ReadOnlySpan<byte> json = _buffer.AsSpan(_start, _end - _start);
        if (PythonNumbers.Repair(json) is { } repaired)
        {
            _buffer = repaired;
            (_start, _end) = (0, repaired.Length);
            return true;
        }
        if (_atEnd || json.Length > maxRowBytes || !PythonNumbers.EndsInside(json)) return false;
        FillUp();
        return true;
    }

    private string Place => string.Create(CultureInfo.InvariantCulture, $"{name}, row {Row}, line {Line}");

    private InvalidDataException Broken(string expected)
    {
        int found = Peek();
        string what = found < 0 ? "the file ends" : $"found `{(char)found}`";
        return new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{name}, line {Line}: expected {expected}, but {what}."));
    }

    private void Skip(int count)
    {
        Line += _buffer.AsSpan(_start, count).Count((byte)'\n');
        _start += count;
    }

    /// <summary>Moves what is left to the front, doubles the buffer where it is full, and reads until it is full.</summary>
    private void FillUp()
    {
        if (_start == 0 && _end == _buffer.Length) Array.Resize(ref _buffer, Sizes.Grown(_buffer.Length, maxRowBytes));
        while (Fill() && _end < _buffer.Length) { }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        int read = _atEnd ? 0 : stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }
}
