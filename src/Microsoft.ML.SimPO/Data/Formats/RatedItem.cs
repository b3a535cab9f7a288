namespace Microsoft.ML.SimPO.Data;

/// <summary>An object with an answer and its score, as lists of completions hold them.</summary>
internal static class RatedItem
{
    public static bool Looks(FieldValue item) => Read(item, out _, out FieldValue score) is null && !score.IsNull;

    public static RowFault? Read(FieldValue item, out FieldValue answer, out FieldValue score)
    {
        answer = score = default;
        if (item.Kind != FieldKind.Record) return RowFault.Type("answer", "an object with a text and a score", item);
        answer = Find(item.Record, [.. FieldNames.Responses, "content", "messages"]);
        score = Find(item.Record, [.. FieldNames.Scores]);
        return answer.IsNull ? RowFault.Missing("response") : null;
    }

    private static FieldValue Find(FieldRecord record, string[] candidates)
    {
        foreach (string candidate in candidates)
        {
            foreach (string name in record.Names)
            {
                if (FieldNames.Normalize(name) == candidate && record[name] is { IsNull: false } value) return value;
            }
        }
        return default;
    }
}
