using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Splits at every code point of a set.</summary>
internal sealed class SetSplit(CodePointSet set, SplitBehavior behavior) : SplitStep(behavior, invert: false)
{
    protected override void Find(ReadOnlySpan<char> piece, PieceList found)
    {
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int length);
            if (set.Contains(rune.Value)) found.Add(at, at + length);
            at += length;
        }
    }
}
