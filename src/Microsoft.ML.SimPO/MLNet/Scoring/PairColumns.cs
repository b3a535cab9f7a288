using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The columns of a schema that rows are made of: prompt, chosen and rejected, or prompt and response, or text.</summary>
internal sealed class PairColumns
{
    private PairColumns(TextColumns texts) => Texts = texts;

    public TextColumns Texts { get; }

    /// <summary>The columns that options name, each with what it is called in messages.</summary>
    public static (string Role, string Name)[] Names(ScoringOptions options) => options.Rows switch
    {
        RowKind.Responses => [("prompt", options.PromptColumnName), ("response", options.ResponseColumnName)],
        RowKind.Texts => [("text", options.TextColumnName)],
        _ => [("prompt", options.PromptColumnName), ("chosen", options.ChosenColumnName), ("rejected", options.RejectedColumnName)],
    };

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

    /// <summary>What the prompts of a data view were before they became turns.</summary>
    public PromptOrigin PromptsOf(IDataView data) => PromptAnnotation.Of(data.Schema, Texts.Columns[0].Name);

    /// <summary>The rows of a data view, counted from 1, with a text of each column.</summary>
    public IEnumerable<(string[] Texts, long Row)> Rows(IDataView data)
    {
        using DataViewRowCursor cursor = data.GetRowCursor(Texts.Columns);
        Func<string[]> read = Texts.Reader(cursor);
        while (cursor.MoveNext()) yield return (read(), cursor.Position + 1);
    }
}
