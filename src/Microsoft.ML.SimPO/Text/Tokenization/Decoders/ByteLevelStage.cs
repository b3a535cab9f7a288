using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Reads tokens as bytes of UTF-8; bytes that are not are U+FFFD. A token with characters outside the byte alphabet stands for itself.</summary>
internal sealed class ByteLevelStage(DecoderStage next) : DecoderStage(next)
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private byte[] _bytes = new byte[64];
    private char[] _characters = new char[64];

    public override void Push(string token)
    {
        int count = ToBytes(token);
        Convert(_bytes.AsSpan(0, count), flush: false);
    }

    public override void Finish()
    {
        Convert([], flush: true);
        base.Finish();
    }

    private int ToBytes(string token)
    {
        if (_bytes.Length < token.Length * 3) _bytes = new byte[token.Length * 3];
        for (int i = 0; i < token.Length; i++)
        {
            int value = ByteAlphabet.Byte(token[i]);
            if (value < 0) return Encoding.UTF8.GetBytes(token, _bytes);
            _bytes[i] = (byte)value;
        }
        return token.Length;
    }

    private void Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        // Bytes kept back from before can become up to three characters more.
        if (_characters.Length < bytes.Length + 4) _characters = new char[bytes.Length * 2 + 4];
        int written = _utf8.GetChars(bytes, _characters, flush);
        if (written > 0) Pass(new string(_characters, 0, written));
    }
}
