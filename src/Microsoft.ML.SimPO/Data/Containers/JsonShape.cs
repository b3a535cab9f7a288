using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>How rows stand in a JSON file: one or more a line, or over lines. Told by what the file holds, whatever it is called.</summary>
internal static class JsonShape
{
    /// <summary>Whether each line is to be read for itself.</summary>
    /// <param name="head">The beginning of the file in UTF-8, from its first visible character.</param>
    /// <param name="isWhole">Whether that is all of the file.</param>
    /// <param name="namedLines">Whether the file's name says that it holds lines, which decides where its beginning is broken.</param>
    public static bool IsLines(ReadOnlySpan<byte> head, bool isWhole, bool namedLines)
    {
        int end = head.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
        bool isOnly = end < 0 || head[end..].IndexOfAnyExcept(" \t\r\n"u8) < 0;
        if (head is not ([(byte)'[', ..] or [(byte)'{', ..])) return namedLines;
        bool wholeLine = Measure(line, isWhole: true, out bool alone) > 0;
        bool followed = !isOnly && StartsValue(head[end..]);
        if (head[0] == '[') return wholeLine && alone && followed;
        if (JsonWrapper.Find(head) >= 0 && !(wholeLine && followed)) return false;
        if (end < 0 || wholeLine) return true;
        // The first object does not end with its line: either it goes on, or the line is broken.
        int length = Measure(head, isWhole, out _);
        bool goesOn = length > 0 || (length == 0 && !isWhole);
        return !goesOn && (namedLines || line.TrimEnd("\r \t"u8).EndsWith("}"u8));
    }

    private static bool StartsValue(ReadOnlySpan<byte> rest) => rest.IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var at && rest[at] is (byte)'[' or (byte)'{';

    /// <summary>Bytes of the first value; 0 where it goes on behind what is there, -1 where it is broken.</summary>
    private static int Measure(ReadOnlySpan<byte> json, bool isWhole, out bool alone)
    {
        alone = false;
        json = PythonNumbers.Repair(json) ?? json;
        var reader = new Utf8JsonReader(json, isWhole, new JsonReaderState(JsonRowParser.Options));
        try
        {
            if (!reader.Read()) return isWhole ? -1 : 0;
            if (!reader.TrySkip()) return 0;
            alone = json[(int)reader.BytesConsumed..].IndexOfAnyExcept(" \t\r\n"u8) < 0;
            return (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            return -1;
        }
    }
}
