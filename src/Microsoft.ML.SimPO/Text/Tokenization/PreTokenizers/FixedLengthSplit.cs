namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Pieces of so many code points.</summary>
internal sealed class FixedLengthSplit(int length) : SplitStep(SplitBehavior.Isolated, invert: false)
{
    protected override void Find(ReadOnlySpan<char> piece, PieceList found)
    {
        int start = 0, count = 0;
        for (int at = 0; at < piece.Length; at++)
        {
            if (char.IsLowSurrogate(piece[at])) continue;
            if (count++ < length) continue;
            found.Add(start, at);
            (start, count) = (at, 1);
        }
        if (start < piece.Length) found.Add(start, piece.Length);
    }
}
