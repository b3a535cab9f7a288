using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The prompt, chosen and rejected columns of a schema.</summary>
internal sealed class PairColumns
{
    private PairColumns(DataViewSchema.Column prompt, DataViewSchema.Column chosen, DataViewSchema.Column rejected) =>
        (Prompt, Chosen, Rejected) = (prompt, chosen, rejected);

    public DataViewSchema.Column Prompt { get; }

    public DataViewSchema.Column Chosen { get; }

    public DataViewSchema.Column Rejected { get; }

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public static PairColumns Of(IHost host, DataViewSchema schema, SimPOTrainer.Options options, string parameter = "inputSchema")
    {
        var check = new ColumnCheck(host, schema);
        var columns = new PairColumns(check.Text("prompt", options.PromptColumnName), check.Text("chosen", options.ChosenColumnName), check.Text("rejected", options.RejectedColumnName));
        check.ThrowIfFaulty(parameter);
        return columns;
    }

    /// <summary>The shape of a schema with the score columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public static SchemaShape AddTo(IHost host, SchemaShape schema, SimPOTrainer.Options options)
    {
        List<string> faults = [];
        foreach ((string role, string name) in new[] { ("prompt", options.PromptColumnName), ("chosen", options.ChosenColumnName), ("rejected", options.RejectedColumnName) })
        {
            if (!schema.TryFindColumn(name, out SchemaShape.Column column)) faults.Add($"Could not find {role} column '{name}'");
            else if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || !column.ItemType.Equals(TextDataViewType.Instance))
                faults.Add($"Schema mismatch for {role} column '{name}': expected String, got {column.GetTypeString()}");
        }
        if (faults.Count > 0) throw host.ExceptParam("inputSchema", string.Join(Environment.NewLine, faults));
        return ScoreSchema.AddTo(schema);
    }

    /// <summary>The rows of a data view, counted from 1.</summary>
    public IEnumerable<(string Prompt, string Chosen, string Rejected, long Row)> Rows(IDataView data)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([Prompt, Chosen, Rejected]);
        Func<(string, string, string)> read = Reader(cursor);
        while (cursor.MoveNext())
        {
            (string prompt, string chosen, string rejected) = read();
            yield return (prompt, chosen, rejected, cursor.Position + 1);
        }
    }

    /// <summary>Reads the pair that a row stands at.</summary>
    public Func<(string Prompt, string Chosen, string Rejected)> Reader(DataViewRow row)
    {
        ValueGetter<ReadOnlyMemory<char>> prompt = row.GetGetter<ReadOnlyMemory<char>>(Prompt), chosen = row.GetGetter<ReadOnlyMemory<char>>(Chosen), rejected = row.GetGetter<ReadOnlyMemory<char>>(Rejected);
        return () => (Text(prompt), Text(chosen), Text(rejected));
    }

    private static string Text(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        ReadOnlyMemory<char> value = default;
        getter(ref value);
        return value.ToString();
    }
}
