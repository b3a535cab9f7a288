using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The prompt, chosen and rejected columns of a schema.</summary>
internal sealed class PairColumns
{
    private readonly TextColumns _texts;

    private PairColumns(TextColumns texts) => _texts = texts;

    /// <summary>The columns that options name, each with what it is called in messages.</summary>
    public static (string Role, string Name)[] Names(ScoringOptions options) =>
        [("prompt", options.PromptColumnName), ("chosen", options.ChosenColumnName), ("rejected", options.RejectedColumnName)];

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public static PairColumns Of(IHost host, DataViewSchema schema, ScoringOptions options, string parameter = "inputSchema") =>
        new(TextColumns.Of(host, schema, Names(options), parameter));

    /// <summary>The shape of a schema with the score columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public static SchemaShape AddTo(IHost host, SchemaShape schema, ScoringOptions options)
    {
        TextColumns.Check(host, schema, Names(options));
        return ComputedSchema.AddTo(schema, ScoreColumns.Of(options.TargetMargin));
    }

    /// <summary>The rows of a data view, counted from 1.</summary>
    public IEnumerable<(string Prompt, string Chosen, string Rejected, long Row)> Rows(IDataView data)
    {
        using DataViewRowCursor cursor = data.GetRowCursor(_texts.Columns);
        Func<string[]> read = _texts.Reader(cursor);
        while (cursor.MoveNext())
        {
            string[] texts = read();
            yield return (texts[0], texts[1], texts[2], cursor.Position + 1);
        }
    }
}
