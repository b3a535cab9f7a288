using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Runs of word characters, and runs of what is neither that nor white space; white space goes.</summary>
internal sealed class WordSplit() : SplitStep(SplitBehavior.Removed, invert: true)
{
    protected override void Find(ReadOnlySpan<char> piece, PieceList found)
    {
        int start = 0;
        Kind open = Kind.Space;
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int length);
            Kind kind = UnicodeData.RustWord.Contains(rune.Value) ? Kind.Word : UnicodeData.WhiteSpace.Contains(rune.Value) ? Kind.Space : Kind.Other;
            if (kind != open)
            {
                if (open != Kind.Space) found.Add(start, at);
                (start, open) = (at, kind);
            }
            at += length;
        }
        if (open != Kind.Space) found.Add(start, piece.Length);
    }

    private enum Kind
    {
        Space,
        Word,
        Other,
    }
}
