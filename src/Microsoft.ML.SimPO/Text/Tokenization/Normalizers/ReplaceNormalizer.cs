using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Writes one text for every occurrence of a pattern.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        var matches = new PieceList();
        pattern.FindMatches(text.Units, matches);
        text.Spend(matches.Work + text.Length);
        if (matches.Count == 0) return;
        text.BeginEdit();
        int done = 0;
        foreach ((int start, int end) in matches.Items)
        {
            text.Keep(done, start);
            // The new text stands for the last character of what it replaces.
            text.Write(content, end - 1);
            done = end;
        }
        text.Keep(done, text.Length);
        text.EndEdit();
    }
}
