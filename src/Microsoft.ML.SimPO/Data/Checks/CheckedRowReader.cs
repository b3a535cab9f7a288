using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Reads a data set row by row with all that stands in each, pairs or not. One instance serves one pass.</summary>
/// <param name="name">Of the data, for messages.</param>
/// <param name="options">How the data are read.</param>
/// <param name="info">Is told how the data were understood.</param>
internal sealed class CheckedRowReader(string name, PreferenceLoadOptions options, Action<string> info)
{
    private const int SampleRows = 64;

    private readonly List<PairOutcome> _outcomes = [];

    /// <summary>Rows of the data that were looked at.</summary>
    public long Rows { get; private set; }

    /// <summary>The rows; null where nothing says how they make pairs, with what is to be said of it.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, or hold no rows; also while enumerating.</exception>
    public IEnumerable<CheckedRow>? Read(IEnumerable<IRowSource> shards, out DataFinding? unknown)
    {
        IEnumerator<SourceRow> rows = shards.SelectMany(shard => shard.Read(new FieldSelection())).GetEnumerator();
        var sample = new List<SourceRow>();
        while (sample.Count < Math.Min(SampleRows, options.MaxRows ?? long.MaxValue) && rows.MoveNext()) sample.Add(rows.Current);
        if (Recognize(sample, out unknown) is { } layout)
        {
            info(ReadingPass.Understood(name, layout, options));
            return All(layout, sample, rows);
        }
        Rows = sample.Count;
        rows.Dispose();
        return null;
    }

    private IPairLayout? Recognize(List<SourceRow> sample, out DataFinding? unknown)
    {
        unknown = null;
        FieldRecord[] fields = [.. sample.Where(row => row.Fields is not null).Select(row => row.Fields!)];
        if (fields.Length == 0)
        {
            string found = sample.Count == 0 ? "found none" : $"none of the first {sample.Count} can be read; {sample[0].Location}: {sample[0].Fault!.Message}";
            throw new InvalidDataException($"{name}: expected rows, but {found}");
        }
        var lookup = new FieldLookup(fields);
        try
        {
            return new LayoutRecognizer(name, lookup, options).Recognize();
        }
        catch (InvalidDataException e)
        {
            unknown = Unknown(e.Message, lookup, sample.Count);
            return null;
        }
    }

    private static DataFinding Unknown(string message, FieldLookup fields, int count)
    {
        long[] rows = [.. Enumerable.Range(0, Math.Min(count, 20))];
        if (fields.Find(FieldNames.Responses) is not null && fields.Find(FieldNames.Labels) is not null)
            return new DataFinding("single-answers", FindingSeverity.Info, count, rows, message, "Train a method that takes single answers.");
        bool isPrinted = fields.Find(FieldNames.Answers) is var (chosen, _) && fields.AllTexts(chosen, PrintedMessages.IsListOfOneText);
        return isPrinted
            ? new DataFinding("list-repr", FindingSeverity.Error, count, rows, message, "Write the texts alone, or the columns as JSON.")
            : new DataFinding("not-pairs", FindingSeverity.Error, count, rows, message, "Say which fields are which in `Columns`.");
    }

    private IEnumerable<CheckedRow> All(IPairLayout layout, List<SourceRow> sample, IEnumerator<SourceRow> rest)
    {
        using (rest)
        {
            foreach (SourceRow row in sample.Concat(Following(rest)))
            {
                if (Rows >= options.MaxRows) break;
                long index = Rows++;
                _outcomes.Clear();
                if (row.Fields is null) _outcomes.Add(new PairOutcome(null, row.Fault, row.Location));
                else layout.Convert(row.Fields, row.Location, _outcomes);
                foreach (PairOutcome outcome in _outcomes.ToArray()) yield return new CheckedRow(index, row.Location, row.Fields, layout.Columns, outcome);
            }
        }
        _outcomes.Clear();
        layout.Finish(_outcomes);
        // Rows of one prompt were brought together: a pair stands where the first of them does.
        foreach (PairOutcome outcome in _outcomes) yield return new CheckedRow(outcome.Location.Row - 1, outcome.Location, null, null, outcome);
    }

    private static IEnumerable<SourceRow> Following(IEnumerator<SourceRow> rows)
    {
        while (rows.MoveNext()) yield return rows.Current;
    }
}
