using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Adds to rows that are encoded what other columns of the data say of them.</summary>
internal static class SecondReading
{
    /// <param name="encoded">In the order of their rows. Rows that were dropped are none of them.</param>
    /// <param name="columns">What is read.</param>
    /// <param name="adder">Given a cursor: makes of what is encoded and the row that the cursor is at what takes its place.</param>
    public static EncodedPrompt[] Add(
        IReadOnlyList<EncodedPrompt> encoded, IDataView data, IEnumerable<DataViewSchema.Column> columns,
        Func<DataViewRow, Func<EncodedPrompt, EncodedPrompt>> adder)
    {
        var filled = new EncodedPrompt[encoded.Count];
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        Func<EncodedPrompt, EncodedPrompt> add = adder(cursor);
        for (int i = 0; i < filled.Length && cursor.MoveNext();)
        {
            if (cursor.Position + 1 != encoded[i].Row) continue; // it was dropped
            filled[i] = add(encoded[i]);
            i++;
        }
        return filled;
    }
}
