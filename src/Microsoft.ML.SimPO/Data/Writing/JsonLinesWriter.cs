using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Writing;

/// <summary>Pairs as JSON Lines.</summary>
internal static class JsonLinesWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static long Write(Stream stream, IEnumerable<PreferenceRow> rows, bool scores)
    {
        long count = 0;
        using var writer = new Utf8JsonWriter(stream, Options);
        foreach (PreferenceRow row in rows)
        {
            WriteRow(writer, row, scores);
            writer.Flush();
            writer.Reset();
            stream.WriteByte((byte)'\n');
            count++;
        }
        return count;
    }

    private static void WriteRow(Utf8JsonWriter writer, PreferenceRow row, bool scores)
    {
        writer.WriteStartObject();
        Messages(writer, "prompt", PromptText.Parse(row.Prompt));
        Messages(writer, "chosen", [new Turn(Turn.Assistant, row.Chosen)]);
        Messages(writer, "rejected", [new Turn(Turn.Assistant, row.Rejected)]);
        if (scores)
        {
            Score(writer, "score_chosen", row.ScoreChosen);
            Score(writer, "score_rejected", row.ScoreRejected);
        }
        writer.WriteEndObject();
    }

    private static void Messages(Utf8JsonWriter writer, string name, IReadOnlyList<Turn> turns)
    {
        writer.WritePropertyName(name);
        PromptText.WriteMessages(writer, turns);
    }

    // JSON has no infinity.
    private static void Score(Utf8JsonWriter writer, string name, float? score)
    {
        if (score is { } value && float.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
