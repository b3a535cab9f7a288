using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>Reads what stands before the tensors of a GGUF file, from its beginning on, and never makes room for more than the file has.</summary>
/// <param name="path">What the file is called in messages.</param>
/// <param name="handle">Open for reading.</param>
internal sealed class GgufReader(string path, SafeFileHandle handle)
{
    /// <summary>Bytes that may stand before the tensors: twenty times those of the largest vocabularies.</summary>
    public const long MaxHeader = 1 << 28;

    /// <summary>Elements of an array, some times those of the largest vocabulary.</summary>
    private const long MaxElements = 1 << 24;

    private const int BufferLength = 1 << 16;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[BufferLength];
    private int _at, _filled;
    private long _read; // bytes of the file that were taken into the buffer

    public long FileLength { get; } = RandomAccess.GetLength(handle);

    /// <summary>Bytes from the beginning of the file.</summary>
    public long Position => _read - _filled + _at;

    private long Left => Math.Min(FileLength, MaxHeader) - Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <param name="what">What the text is, for messages.</param>
    /// <exception cref="InvalidDataException">The file ends before the text does, or the text is no UTF-8.</exception>
    public string Text(string what)
    {
        ulong length = UInt64();
        if (length > (ulong)Left) throw Fault($"{what} should have {length} bytes, but only {Left} follow.");
        byte[] bytes = new byte[(int)length];
        Fill(bytes);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fault($"{what} is not text in UTF-8.");
        }
    }

    /// <summary>A value of the metadata.</summary>
    /// <exception cref="InvalidDataException">Its type is not known, or the file ends before it does.</exception>
    public GgufValue Value(string key)
    {
        uint code = UInt32();
        if (code > (uint)GgufValueType.Float64) throw Fault($"key {Faults.Quote(key)} has a value of type {code}, which is none. Types are 0 to 12.");
        var type = (GgufValueType)code;
        return type == GgufValueType.Array ? Array(key) : new GgufValue(type, Scalar(type, key));
    }

    private GgufValue Array(string key)
    {
        uint code = UInt32();
        if (code > (uint)GgufValueType.Float64 || code == (uint)GgufValueType.Array)
            throw Fault($"key {Faults.Quote(key)} is an array of elements of type {code}; arrays hold numbers, flags or texts.");
        var of = (GgufValueType)code;
        ulong count = UInt64();
        if (count > (ulong)(Left / SizeOf(of)) || count > MaxElements)
            throw Fault($"key {Faults.Quote(key)} is an array of {count} elements of type {of}, for which {Left} bytes follow.");
        return new GgufValue(GgufValueType.Array, of switch
        {
            GgufValueType.String => Elements<string>((int)count, of, key),
            GgufValueType.Bool => Elements<bool>((int)count, of, key),
            GgufValueType.Float32 => Singles((int)count, key),
            GgufValueType.Float64 => Elements<double>((int)count, of, key),
            _ => Elements<long>((int)count, of, key),
        }, of);
    }

    private T[] Elements<T>(int count, GgufValueType of, string key)
    {
        var elements = new T[count];
        for (int i = 0; i < count; i++) elements[i] = (T)Scalar(of, key);
        return elements;
    }

    private float[] Singles(int count, string key)
    {
        var elements = new float[count];
        for (int i = 0; i < count; i++) elements[i] = (float)(double)Scalar(GgufValueType.Float32, key);
        return elements;
    }

    private object Scalar(GgufValueType type, string key) => type switch
    {
        GgufValueType.UInt8 => (long)Take(1)[0],
        GgufValueType.Int8 => (long)(sbyte)Take(1)[0],
        GgufValueType.UInt16 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        GgufValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        GgufValueType.UInt32 => (long)UInt32(),
        GgufValueType.Int32 => (long)(int)UInt32(),
        GgufValueType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        GgufValueType.Bool => Take(1)[0] switch
        {
            0 => false,
            1 => true,
            var other => throw Fault($"key {Faults.Quote(key)} is a flag and must be 0 or 1, but is {other}."),
        },
        GgufValueType.String => Text($"the text of key {Faults.Quote(key)}"),
        GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        _ => (long)UInt64(),
    };

    private static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        _ => 8, // a text has its length at least
    };

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_filled - _at < count)
        {
            _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
            (_filled, _at) = (_filled - _at, 0);
            while (_filled < count) Refill(_buffer.AsSpan(_filled));
        }
        _at += count;
        return _buffer.AsSpan(_at - count, count);
    }

    private void Fill(Span<byte> destination)
    {
        int there = Math.Min(destination.Length, _filled - _at);
        _buffer.AsSpan(_at, there).CopyTo(destination);
        _at += there;
        if (there == destination.Length) return;
        (_at, _filled) = (0, 0);
        for (destination = destination[there..]; destination.Length > 0;)
        {
            int read = ReadAt(destination);
            destination = destination[read..];
        }
    }

    private void Refill(Span<byte> room) => _filled += ReadAt(room);

    private int ReadAt(Span<byte> room)
    {
        if (_read >= MaxHeader) throw Fault($"what stands before the tensors takes more than {MaxHeader} bytes.");
        int read = RandomAccess.Read(handle, room, _read);
        if (read == 0) throw Fault($"the file ends at byte {_read}, in the middle of what stands before its tensors: it is cut short.");
        _read += read;
        return read;
    }

    private InvalidDataException Fault(FormattableString what) => new($"'{path}': {what.ToString(CultureInfo.InvariantCulture)}");
}
