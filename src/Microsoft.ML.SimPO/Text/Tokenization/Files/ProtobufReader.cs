using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the fields of one message of the protobuf wire format, without going beyond its bytes.</summary>
/// <param name="message">Its bytes.</param>
/// <param name="file">The file that it comes from, for messages.</param>
/// <param name="wholeFile">Whether it is all of that file, so that what it lacks was cut off.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, string file, bool wholeFile = false)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>No part of a file that is only cut off claims more.</summary>
    private const ulong MostOfPart = 1 << 20;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a field of bytes, a text or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a field of a whole number or a truth.</summary>
    public ulong Number { get; private set; }

    public readonly float Single => BitConverter.UInt32BitsToSingle((uint)Number);

    public readonly string Text
    {
        get
        {
            try
            {
                return Strict.GetString(Bytes);
            }
            catch (DecoderFallbackException e)
            {
                throw new InvalidDataException($"{file}: field {Field}: expected UTF-8, found other bytes.", e);
            }
        }
    }

    /// <returns>Whether there was another field.</returns>
    /// <exception cref="InvalidDataException">The bytes are not of the format.</exception>
    public bool Next()
    {
        if (_at == _message.Length) return false;
        ulong tag = Varint();
        Field = (int)(tag >> 3 & 0x1FFFFFFF);
        Number = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0: Number = Varint(); break;
            case 1: Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case 2: Bytes = Take(Varint()); break;
            case 5: Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            default: throw Fault($"expected a wire type of protobuf, found {tag & 7}");
        }
        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw Fault("expected a number of at most ten bytes, found a longer one");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        int left = _message.Length - _at;
        if (length > (ulong)left) throw wholeFile ? CutOff(length, left) : Fault($"expected {length} bytes more, found the end after {left}");
        ReadOnlySpan<byte> taken = _message.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private readonly InvalidDataException CutOff(ulong length, int left) => new(length <= MostOfPart
        ? $"{file} ends inside a piece: the file is cut off. Download it again."
        : $"{file}: a piece claims {length} bytes, more than the {left} that the file has left. It is no SentencePiece model, or damaged.");

    private readonly InvalidDataException Fault(string what) => new($"{file}: byte {_at} of a message: {what}.");
}
