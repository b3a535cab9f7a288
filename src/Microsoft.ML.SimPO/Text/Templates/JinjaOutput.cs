using System.Buffers;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>A text that is written piece by piece, in a buffer on loan: of what is written only the whole is kept.</summary>
internal sealed class JinjaOutput
{
    private char[] _buffer = ArrayPool<char>.Shared.Rent(4096);

    public int Length { get; private set; }

    public void Append(string text)
    {
        if (text.Length > _buffer.Length - Length) Grow(text.Length);
        text.CopyTo(_buffer.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>The whole text. Nothing is written after it.</summary>
    public string Finish()
    {
        string text = _buffer.AsSpan(0, Length).ToString();
        ArrayPool<char>.Shared.Return(_buffer);
        _buffer = [];
        return text;
    }

    private void Grow(int more)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(checked(Length + Math.Max(more, Length)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
