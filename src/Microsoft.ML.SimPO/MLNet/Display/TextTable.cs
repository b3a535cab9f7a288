using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Rows of cells as lines of a console, in columns as wide as their widest cell.</summary>
internal static class TextTable
{
    /// <param name="left">The column that is written from its left on, as words are; all others end at their right, as numbers do.</param>
    public static StringBuilder Of(IReadOnlyList<string[]> rows, int left)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, i) => i == left ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        return text;
    }
}
