using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>An object with an answer and its score, as lists of completions hold them.</summary>
internal static class RatedItem
{
    private static readonly string[] Answers = [.. FieldNames.Responses, "content", "messages", "message"];

    /// <summary>Whether it is an object that holds an answer.</summary>
    public static bool Looks(FieldValue item) => Read(item, out _) is null;

    public static RowFault? Read(FieldValue item, out FieldValue answer)
    {
        answer = default;
        if (item.Kind != FieldKind.Record) return RowFault.Type("answer", "an object with a text and a score", item);
        string[] names = item.Record.Names.Select(FieldNames.Normalize).ToArray();
        foreach (string candidate in Answers)
        {
            int at = Array.IndexOf(names, candidate);
            if (at >= 0 && item.Record.Values[at] is { IsNull: false } value)
            {
                answer = value;
                return null;
            }
        }
        return RowFault.Missing("response");
    }
}
