namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>Which branches of an alternation can start with which character, so that the others are not tried.</summary>
internal static class RegexDispatch
{
    /// <summary>The row for a character that is not ASCII.</summary>
    public const int NotAscii = 128;

    /// <summary>The row for the end of the text.</summary>
    public const int End = 129;

    public const int Rows = 130;

    /// <returns>For each row the starts of the branches that can match there, in order.</returns>
    public static int[][] Build(IReadOnlyList<RegexNode> branches, IReadOnlyList<int> starts)
    {
        bool[][] canStart = [.. branches.Select(FirstCharacters)];
        return [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, branches.Count).Where(b => canStart[b][row]).Select(b => starts[b]).ToArray())];
    }

    /// <summary>For each row whether a match can start there.</summary>
    public static bool[] FirstCharacters(RegexNode node)
    {
        var rows = new bool[Rows];
        if (CollectFirst(node, rows)) Array.Fill(rows, true);
        return rows;
    }

    public static bool CanBeEmpty(RegexNode node) => node switch
    {
        RegexNode.One => false,
        RegexNode.Sequence sequence => sequence.Parts.All(CanBeEmpty),
        RegexNode.Alternation alternation => alternation.Branches.Any(CanBeEmpty),
        RegexNode.Repeat repeat => repeat.Min == 0 || CanBeEmpty(repeat.Body),
        RegexNode.Atomic atomic => CanBeEmpty(atomic.Body),
        _ => true,
    };

    /// <returns>Whether the node can match without consuming, so that what follows it decides.</returns>
    private static bool CollectFirst(RegexNode node, bool[] rows)
    {
        switch (node)
        {
            case RegexNode.One one:
                for (int c = 0; c < 128; c++) rows[c] |= one.Set.Contains(c);
                rows[NotAscii] |= one.Set.Ranges.Count > 0 && one.Set.Ranges[^1].Last >= 128;
                return false;
            case RegexNode.Sequence sequence:
                foreach (RegexNode part in sequence.Parts)
                    if (!CollectFirst(part, rows)) return false;
                return true;
            case RegexNode.Alternation alternation:
                bool empty = false;
                foreach (RegexNode branch in alternation.Branches) empty |= CollectFirst(branch, rows);
                return empty;
            case RegexNode.Repeat repeat: return CollectFirst(repeat.Body, rows) || repeat.Min == 0;
            case RegexNode.Atomic atomic: return CollectFirst(atomic.Body, rows);
            default: return true;
        }
    }
}
