using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <summary>The first rows of preference data as a model gets them. <see cref="ToString"/> is for the console.</summary>
public sealed partial record PreferencePreview
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

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

    /// <summary>
    /// A list of <c>{"row", "place", "dropped", "prompt", "chosen", "rejected", "prompt_ids", "chosen_ids", "rejected_ids", "cut_prompt_tokens",
    /// "cut_answer_tokens", "remark"}</c>, for programs.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartArray();
            foreach (PreviewedRow row in Rows) row.Write(writer);
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
