using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// What the prompts of a data view were before they became turns, as an annotation of their column, which goes with it through other transforms.
/// </summary>
internal static class PromptAnnotation
{
    private const string Kind = "PromptOrigin";

    /// <summary>The schema of rows whose prompts were of that kind.</summary>
    public static SchemaDefinition SchemaOf<TRow>(PromptOrigin origin)
    {
        var schema = SchemaDefinition.Create(typeof(TRow));
        if (origin != PromptOrigin.Given) schema["Prompt"].AddAnnotation(Kind, (int)origin, NumberDataViewType.Int32);
        return schema;
    }

    public static PromptOrigin Of(DataViewSchema schema, string column)
    {
        if (schema.GetColumnOrNull(column)?.Annotations is not { } annotations || annotations.Schema.GetColumnOrNull(Kind) is null) return PromptOrigin.Given;
        int origin = 0;
        annotations.GetValue(Kind, ref origin);
        return (PromptOrigin)origin;
    }
}
