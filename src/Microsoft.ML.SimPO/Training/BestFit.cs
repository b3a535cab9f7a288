namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// Fills rows with texts, the longest first: each goes to the row that it leaves the least space in, of equal ones to that which has had its space the longest,
/// else to a new one.
/// </summary>
internal static class BestFit
{
    /// <summary>Texts that are looked at together, as in TRL, so that any number of them takes little time; texts of two blocks share no row.</summary>
    public const int Block = 1000;

    /// <param name="lengths">Of each text; one that is longer than a row has a row of its own.</param>
    /// <param name="space">Tokens of a row.</param>
    /// <returns>Which texts are in each row, in the order in which rows were begun.</returns>
    public static List<int[]> Rows(IReadOnlyList<int> lengths, int space)
    {
        List<int[]> rows = [];
        foreach (int[] block in Enumerable.Range(0, lengths.Count).Chunk(Block)) rows.AddRange(RowsOf(block, lengths, space));
        return rows;
    }

    private static IEnumerable<int[]> RowsOf(int[] block, IReadOnlyList<int> lengths, int space)
    {
        List<List<int>> rows = [];
        var withSpace = new SortedDictionary<int, Queue<List<int>>>(); // rows by what is left in them, each since when
        foreach (int text in block.OrderByDescending(i => lengths[i]))
        {
            int left = withSpace.Keys.Where(s => s >= lengths[text]).DefaultIfEmpty(-1).First();
            List<int> row = left < 0 ? [] : withSpace[left].Dequeue();
            if (left < 0) rows.Add(row);
            else if (withSpace[left].Count == 0) withSpace.Remove(left);
            row.Add(text);
            int rest = (left < 0 ? space : left) - lengths[text];
            if (rest <= 0) continue;
            if (!withSpace.TryGetValue(rest, out Queue<List<int>>? queue)) withSpace[rest] = queue = new Queue<List<int>>();
            queue.Enqueue(row);
        }
        return rows.Select(r => r.ToArray());
    }
}
