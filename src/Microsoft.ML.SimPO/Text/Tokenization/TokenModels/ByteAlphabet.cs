using System.Buffers;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>The 256 printable characters that byte-level vocabularies write bytes with (0x20 is 'Ġ').</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharacterOfByte = BuildCharacters();
    private static readonly short[] ByteOfCharacter = BuildBytes();

    public static char Character(byte value) => CharacterOfByte[value];

    /// <returns>The byte that a character stands for; -1 if it is not of the alphabet.</returns>
    public static int Byte(char character) => character < ByteOfCharacter.Length ? ByteOfCharacter[character] : -1;

    /// <summary>The text whose UTF-8 bytes a token spells; null if they are not UTF-8 or it holds other characters.</summary>
    public static string? Spell(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            int value = Byte(token[i]);
            if (value < 0) return null;
            bytes[i] = (byte)value;
        }
        Span<char> text = new char[bytes.Length];
        return System.Text.Unicode.Utf8.ToUtf16(bytes, text, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            ? text[..written].ToString() : null;
    }

    /// <summary>Writes a text's UTF-8 bytes in the alphabet, aligned to the text.</summary>
    public static void Write(AlignedText text, int start, int end)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = start; i < end;)
        {
            Rune.DecodeFromUtf16(text.Units[i..end], out Rune rune, out int length);
            int bytes = rune.EncodeToUtf8(utf8);
            for (int b = 0; b < bytes; b++) text.Write(CharacterOfByte[utf8[b]], i);
            i += length;
        }
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            characters[b] = printable ? (char)b : (char)next++;
        }
        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[CharacterOfByte.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++) bytes[CharacterOfByte[b]] = (short)b;
        return bytes;
    }
}
