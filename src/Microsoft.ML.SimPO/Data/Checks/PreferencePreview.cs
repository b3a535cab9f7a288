using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The first rows of preference data as a model gets them. <see cref="ToString"/> is for the console.</summary>
public sealed partial record PreferencePreview
{
    internal PreferencePreview(IReadOnlyList<PreviewedRow> rows) => Rows = rows;

    /// <summary>In their order; rows that are dropped too, with the reason.</summary>
    public IReadOnlyList<PreviewedRow> Rows { get; }

    /// <summary>Row by row: prompt, answers with special tokens visible, ids, counts, what was cut or dropped and why.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (PreviewedRow row in Rows) text.Append(CultureInfo.InvariantCulture, $"{row}");
        return text.ToString();
    }
}
