using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <summary>What a check of preference data found. <see cref="ToString"/> is for the console, <see cref="ToJson"/> for programs.</summary>
public sealed partial record DataCheck
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    internal DataCheck(long rows, IReadOnlyList<DataFinding> findings) => (Rows, Findings) = (rows, findings);

    /// <summary>Rows that were looked at.</summary>
    public long Rows { get; }

    /// <summary>The worst first; none for data of which there is nothing to say.</summary>
    public IReadOnlyList<DataFinding> Findings { get; }

    /// <summary>Whether nothing was found that is worse than worth knowing.</summary>
    public bool IsWell => Findings.All(finding => finding.Severity == FindingSeverity.Info);

    /// <summary>
    /// <c>{"rows", "findings": [{"rule", "severity", "count", "rows", "message", "remedy"}]}</c>; severities are <c>info</c>, <c>warning</c> and <c>error</c>.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("rows", Rows);
            writer.WriteStartArray("findings");
            foreach (DataFinding finding in Findings) Write(writer, finding);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The findings as text, each with its remedy.</summary>
    public override string ToString()
    {
        if (Findings.Count == 0) return string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, nothing to say.{Environment.NewLine}");
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Rows} rows, {Findings.Count} {(Findings.Count == 1 ? "finding" : "findings")}");
        foreach (DataFinding finding in Findings)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{Name(finding.Severity),-8}{finding.Rule}: {finding.Message}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{"",-8}{finding.Remedy}");
        }
        return text.ToString();
    }

    internal static string Name(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => "error",
        FindingSeverity.Warning => "warning",
        _ => "info",
    };

    private static void Write(Utf8JsonWriter writer, DataFinding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("rule", finding.Rule);
        writer.WriteString("severity", Name(finding.Severity));
        writer.WriteNumber("count", finding.Count);
        writer.WriteStartArray("rows");
        foreach (long row in finding.Rows) writer.WriteNumberValue(row);
        writer.WriteEndArray();
        writer.WriteString("message", finding.Message);
        writer.WriteString("remedy", finding.Remedy);
        writer.WriteEndObject();
    }
}
