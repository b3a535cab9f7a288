using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Writes spaces as a visible character and puts one before a piece, as SentencePiece does.</summary>
/// <param name="replacement">What a space becomes.</param>
/// <param name="scheme">Where one is put before the text.</param>
internal sealed class MetaspaceStep(Rune replacement, PrependScheme scheme) : RewriteStep
{
    private readonly string _replacement = replacement.ToString();

    public override bool AsksForOrigin => scheme == PrependScheme.First;

    protected override void Write(AlignedText text, int start, int end)
    {
        ReadOnlySpan<char> piece = text.Units[start..end];
        bool hasOne = piece[0] == ' ' || piece.StartsWith(_replacement, StringComparison.Ordinal);
        if (!hasOne && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.OriginalStart(start) == 0)))
            text.Write(_replacement, start);
        ReplaceSpaces(text, start, end);
    }

    private void ReplaceSpaces(AlignedText text, int start, int end)
    {
        for (int at = start; at < end;)
        {
            int space = text.Units[at..end].IndexOf(' ');
            if (space < 0)
            {
                text.Keep(at, end);
                return;
            }
            text.Keep(at, at + space);
            text.Write(_replacement, at + space);
            at += space + 1;
        }
    }
}
