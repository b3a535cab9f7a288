using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SimPO.Text;

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
        PromptedAnswers pair = row.Messages();
        Messages(writer, "prompt", pair.Prompt.Messages);
        Messages(writer, "chosen", pair.Answers[0]);
        Messages(writer, "rejected", pair.Answers[1]);
        ConversationText.WriteMore(writer, pair.Prompt);
        if (scores)
        {
            Score(writer, "score_chosen", row.ScoreChosen);
            Score(writer, "score_rejected", row.ScoreRejected);
        }
        writer.WriteEndObject();
    }

    private static void Messages(Utf8JsonWriter writer, string name, IReadOnlyList<Message> turns)
    {
        writer.WritePropertyName(name);
        ConversationText.WriteMessages(writer, turns);
    }

    // JSON has no infinity.
    private static void Score(Utf8JsonWriter writer, string name, float? score)
    {
        if (score is { } value && float.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
