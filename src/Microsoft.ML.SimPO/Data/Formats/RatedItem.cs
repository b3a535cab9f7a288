using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>An object with an answer and its score, as lists of completions hold them.</summary>
internal static class RatedItem
{
    private static readonly string[] Answers = [.. FieldNames.Responses, "content", "messages"];

    public static bool Looks(FieldValue item) => Read(item, out _, out FieldValue score) is null && !score.IsNull;

    public static RowFault? Read(FieldValue item, out FieldValue answer, out FieldValue score)
    {
        answer = score = default;
        if (item.Kind != FieldKind.Record) return RowFault.Type("answer", "an object with a text and a score", item);
        string[] names = item.Record.Names.Select(FieldNames.Normalize).ToArray();
        answer = Find(item.Record, names, Answers);
        score = Find(item.Record, names, FieldNames.Scores);
        return answer.IsNull ? RowFault.Missing("response") : null;
    }

    private static FieldValue Find(FieldRecord record, string[] names, string[] candidates)
    {
        foreach (string candidate in candidates)
        {
            int at = Array.IndexOf(names, candidate);
            if (at >= 0 && record.Values[at] is { IsNull: false } value) return value;
        }
        return default;
    }
}
