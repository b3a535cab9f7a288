using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="PreferencePreview"/>: a table a row.</summary>
internal sealed class PreviewDisplay() : HtmlFormatterSource<PreferencePreview>(Html)
{
    public static string Html(PreferencePreview preview) => string.Concat(preview.Rows.Select(Html));

    private static string Html(PreviewedRow row)
    {
        HtmlTable table = HtmlTable.With(FormattableString.Invariant($"row {row.Row} ({row.Place}): {row.Summary}"), "", "text", "ids");
        if (row.PromptIds.Count == 0) return table.ToString();
        table.Row("prompt", Excerpt.Visible(row.Prompt), string.Join(' ', row.PromptIds));
        table.Row("chosen", Excerpt.Visible(row.Chosen), string.Join(' ', row.ChosenIds));
        table.Row("rejected", Excerpt.Visible(row.Rejected), string.Join(' ', row.RejectedIds));
        return (row.Remark is null ? table : table.Row("remark", row.Remark, null)).ToString();
    }
}
