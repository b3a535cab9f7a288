using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Reads what the public API gives: the columns of a data view, and what was said to the context's log.</summary>
internal static class PreferenceView
{
    public static PreferenceRow[] Rows(IDataView view)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<ReadOnlyMemory<char>> prompt = Text("Prompt"), chosen = Text("Chosen"), rejected = Text("Rejected");
        ValueGetter<float>? scoreChosen = Score("ScoreChosen"), scoreRejected = Score("ScoreRejected");
        var rows = new List<PreferenceRow>();
        while (cursor.MoveNext())
            rows.Add(new PreferenceRow(Get(prompt).ToString(), Get(chosen).ToString(), Get(rejected).ToString(), Known(scoreChosen), Known(scoreRejected)));
        return [.. rows];

        ValueGetter<ReadOnlyMemory<char>> Text(string name) => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[name]);

        ValueGetter<float>? Score(string name) => view.Schema.GetColumnOrNull(name) is { } column ? cursor.GetGetter<float>(column) : null;

        static T Get<T>(ValueGetter<T> getter)
        {
            T value = default!;
            getter(ref value);
            return value;
        }

        static float? Known(ValueGetter<float>? getter) => getter is not null && Get(getter) is var score && !float.IsNaN(score) ? score : null;
    }

    /// <summary>A context, and the lines that the loader writes to its log.</summary>
    public static (MLContext Context, List<string> Lines) Context()
    {
        var context = new MLContext(1);
        var lines = new List<string>();
        context.Log += (_, e) =>
        {
            if (e.Kind != ChannelMessageKind.Trace && e.Source.Contains("PreferenceLoader", StringComparison.Ordinal)) lines.Add($"{e.Kind}: {e.RawMessage}");
        };
        return (context, lines);
    }
}
