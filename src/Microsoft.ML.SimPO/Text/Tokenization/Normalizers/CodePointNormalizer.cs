using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>A normalizer that turns each code point into none, one or several, whatever stands around it.</summary>
internal abstract class CodePointNormalizer : TextNormalizer
{
    /// <summary>Keep the code point as it is.</summary>
    protected const string? Keep = null;

    public sealed override void Normalize(AlignedText text)
    {
        bool editing = false;
        int done = 0;
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.Units[at..], out Rune rune, out int length);
            string? written = Map(rune.Value);
            if (written is not null)
            {
                if (!editing) text.BeginEdit();
                editing = true;
                text.Keep(done, at);
                text.Write(written, at);
                done = at + length;
            }
            at += length;
        }
        if (!editing) return;
        text.Keep(done, text.Length);
        text.EndEdit();
    }

    /// <returns>What is written for a code point; <see cref="Keep"/> for itself.</returns>
    protected abstract string? Map(int codePoint);
}
