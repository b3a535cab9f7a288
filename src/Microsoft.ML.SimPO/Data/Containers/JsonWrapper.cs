using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>An object around the rows, as some exports write it: <c>{"version": "1.0", "data": [{...}, ...]}</c>.</summary>
internal static class JsonWrapper
{
    private static readonly string[] RowLists = ["data", "rows", "train", "examples", "records", "items", "instances", "samples"];

    // What may stand before the rows. Any other field makes the object a row.
    private static readonly string[] Descriptions =
        ["version", "name", "description", "split", "license", "citation", "homepage", "num_rows", "info", "metadata", "features",
        "schema", "count", "total", "partial"];

    /// <summary>The offset of the list of rows in the beginning of a file; -1 where the file is no such object.</summary>
    public static int Find(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, new JsonReaderState(JsonRowParser.Options));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return -1;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool rows = IsOneOf(reader, RowLists);
                if (!rows && !IsOneOf(reader, Descriptions)) return -1;
                if (!reader.Read()) return -1;
                int at = (int)reader.TokenStartIndex;
                if (rows) return reader.TokenType == JsonTokenType.StartArray && reader.Read()
                    && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.EndArray ? at : -1;
                if (!reader.TrySkip()) return -1;
            }
        }
        catch (JsonException)
        {
            // Whoever reads it as rows says what is broken.
        }
        return -1;
    }

    private static bool IsOneOf(Utf8JsonReader reader, string[] names)
    {
        foreach (string name in names)
        {
            if (reader.ValueTextEquals(name)) return true;
        }
        return false;
    }
}
