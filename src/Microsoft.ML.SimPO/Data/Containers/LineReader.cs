namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Lines of bytes from a stream, in one buffer that grows no further than the longest line allowed.</summary>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private bool _atEnd;

    /// <summary>Number of the line last read, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the line last read was longer than allowed; its bytes were skipped.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Whether a line feed ended the line last read; the last one may lack it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Reads up to the next line feed, which is not part of the line; nor is a carriage return before it. False at the end.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        TooLong = false;
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = Take(searched + feed, 1);
                return true;
            }
            searched = _end - _start;
            if (searched > maxLineBytes)
            {
                TooLong = true;
                _start = _end = searched = 0;
            }
            if (_atEnd || !Fill())
            {
                if (searched == 0 && !TooLong)
                {
                    line = default;
                    return false;
                }
                line = Take(searched, 0);
                return true;
            }
        }
    }

    private ReadOnlySpan<byte> Take(int length, int terminator)
    {
        LineNumber++;
        IsEnded = terminator > 0;
        ReadOnlySpan<byte> line = TooLong ? default : _buffer.AsSpan(_start, length);
        _start += length + terminator;
        if (length > maxLineBytes)
        {
            TooLong = true;
            return default;
        }
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, Sizes.Grown(_buffer.Length, maxLineBytes));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }
}
