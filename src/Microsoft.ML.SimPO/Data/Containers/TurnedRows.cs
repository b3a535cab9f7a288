namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Rows of a file that is a single object with the rows in it, column by column or by number, as pandas writes them: <c>{"prompt": {"0": ..}, ..}</c>,
/// <c>{"prompt": [..], ..}</c>, <c>{"columns": [..], "data": [[..]]}</c>, <c>{"0": {"prompt": ..}, ..}</c>; and rows that stand in an object each, as the
/// hub's interface gives them: <c>{"row_idx": 0, "row": {..}}</c>. Other rows are passed on as they come.
/// </summary>
internal sealed class TurnedRows(IRowSource rows) : IRowSource
{
    private const string Number = "row_idx", Wrapped = "row";

    public string Name => rows.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        wanted.Always(Number);
        wanted.Always(Wrapped);
        using IEnumerator<SourceRow> source = rows.Read(wanted).Select(Inner).GetEnumerator();
        if (!source.MoveNext()) yield break;
        SourceRow first = source.Current;
        IEnumerable<FieldRecord>? turned = first.Fields is { } fields ? Turned(fields) : null;
        bool isOnly = turned is not null && !source.MoveNext();
        if (isOnly)
        {
            long row = 1;
            foreach (FieldRecord next in turned!) yield return new SourceRow(next, null, first.Location with { Row = row++ });
            yield break;
        }
        yield return first;
        if (turned is not null) yield return source.Current;
        while (source.MoveNext()) yield return source.Current;
    }

    private static SourceRow Inner(SourceRow row) =>
        row.Fields is { } fields && fields.Has(Number) && fields[Wrapped] is { Kind: FieldKind.Record } inner ? row with { Fields = inner.Record } : row;

    /// <summary>The rows that an object holds; null where it is a row itself.</summary>
    private static IEnumerable<FieldRecord>? Turned(FieldRecord whole)
    {
        if (whole.Names.Count == 0) return null;
        if (whole["columns"] is { Kind: FieldKind.List } columns && whole["data"] is { Kind: FieldKind.List } data) return Split(columns.Items, data.Items);
        if (whole.Names.All(IsNumber) && whole.Values.All(value => value.Kind == FieldKind.Record)) return whole.Values.Select(value => value.Record);
        if (whole.Names.Count < 2) return null;
        if (whole.Values.All(value => value is { Kind: FieldKind.Record, Record.Names.Count: > 0 } && value.Record.Names.All(IsNumber)))
        {
            IReadOnlyList<string> numbers = whole.Values[0].Record.Names;
            bool same = whole.Values.All(value => value.Record.Names.SequenceEqual(numbers, StringComparer.Ordinal));
            return same ? numbers.Select(number => Row(whole, value => value.Record[number])) : null;
        }
        if (!whole.Values.All(value => value is { Kind: FieldKind.List, Items.Length: > 0 } && !IsMessage(value.Items[0]))) return null;
        int count = whole.Values[0].Items.Length;
        return whole.Values.All(value => value.Items.Length == count) ? Enumerable.Range(0, count).Select(i => Row(whole, value => value.Items[i])) : null;
    }

    private static IEnumerable<FieldRecord>? Split(FieldValue[] columns, FieldValue[] data)
    {
        bool areRows = Array.TrueForAll(columns, name => name.Kind == FieldKind.Text)
            && Array.TrueForAll(data, row => row.Kind == FieldKind.List && row.Items.Length == columns.Length);
        string[] names = areRows ? Array.ConvertAll(columns, name => name.Text) : [];
        return areRows ? data.Select(row => new FieldRecord(names, row.Items)) : null;
    }

    private static FieldRecord Row(FieldRecord whole, Func<FieldValue, FieldValue> of) => new([.. whole.Names], [.. whole.Values.Select(of)]);

    /// <summary>A list of messages is the conversation of one row.</summary>
    private static bool IsMessage(FieldValue value) => value.Kind == FieldKind.Record && (value.Record.Has("role") || value.Record.Has("from"));

    private static bool IsNumber(string name) => name.Length is > 0 and < 19 && name.All(char.IsAsciiDigit);
}
