using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <summary>What a diagnosis of a run, or of what it would be, found. <see cref="ToString"/> is for the console, <see cref="ToJson"/> for programs.</summary>
public sealed record RunCheck
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    internal RunCheck(int steps, IReadOnlyList<TrainingDiagnosis> findings, IReadOnlyList<string> notes) =>
        (Steps, Findings, Notes) = (steps, [.. findings.OrderByDescending(f => f.Severity).ThenBy(f => f.Step)], notes);

    /// <summary>Steps that were looked at; 0 for a run that has not begun.</summary>
    public int Steps { get; }

    /// <summary>The worst first, of those the earliest; none for a run of which there is nothing to say.</summary>
    public IReadOnlyList<TrainingDiagnosis> Findings { get; }

    /// <summary>What could not be looked at, and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether nothing was found.</summary>
    public bool IsWell => Findings.Count == 0;

    /// <summary>
    /// <c>{"steps", "findings": [{"rule", "severity", "step", "value", "limit", "message", "cause", "remedy"}], "notes"}</c>; severities are <c>warning</c> and
    /// <c>error</c>, a value that is no finite number is null.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("steps", Steps);
            writer.WriteStartArray("findings");
            foreach (TrainingDiagnosis finding in Findings) Write(writer, finding);
            writer.WriteEndArray();
            writer.WriteStartArray("notes");
            foreach (string note in Notes) writer.WriteStringValue(note);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The findings as text, each with its cause and its remedy, then what could not be looked at.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        string looked = Steps == 0 ? "before the first step" : string.Create(CultureInfo.InvariantCulture, $"{Steps} steps");
        if (IsWell) text.AppendLine(CultureInfo.InvariantCulture, $"{looked}, nothing to say.");
        else text.AppendLine(CultureInfo.InvariantCulture, $"{looked}, {Findings.Count} {(Findings.Count == 1 ? "finding" : "findings")}");
        foreach (TrainingDiagnosis finding in Findings)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{DataCheck.Name(finding.Severity),-8}{finding.Rule}: {finding.Message}");
            if (finding.Cause.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"{"",-8}{finding.Cause}");
            foreach (string line in finding.Remedy.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                text.AppendLine(CultureInfo.InvariantCulture, $"{"",-12}{line}");
        }
        foreach (string note in Notes) text.AppendLine(note);
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter writer, TrainingDiagnosis finding)
    {
        writer.WriteStartObject();
        writer.WriteString("rule", finding.Rule);
        writer.WriteString("severity", DataCheck.Name(finding.Severity));
        writer.WriteNumber("step", finding.Step);
        WriteNumber(writer, "value", finding.Value);
        WriteNumber(writer, "limit", finding.Limit ?? double.NaN);
        writer.WriteString("message", finding.Message);
        writer.WriteString("cause", finding.Cause);
        writer.WriteString("remedy", finding.Remedy);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
