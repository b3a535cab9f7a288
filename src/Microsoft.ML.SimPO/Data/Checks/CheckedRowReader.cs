using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Reads a data set row by row with all that stands in each, pairs or not. One instance serves one pass.</summary>
internal sealed class CheckedRowReader
{
    private readonly string _name;
    private readonly IEnumerable<IRowSource> _shards;
    private readonly PreferenceLoadOptions _options;
    private readonly Action<string> _info;

    private CheckedRowReader(string name, IEnumerable<IRowSource> shards, PreferenceLoadOptions options, Action<string> info) =>
        (_name, _shards, _options, _info) = (name, shards, options, info);

    /// <summary>Rows of the data that were looked at.</summary>
    public long Rows { get; private set; }

    /// <summary>After the reading, what is to be said of data of which nothing says how they make pairs, so that no rows came; null for others.</summary>
    public DataFinding? Unknown { get; private set; }

    /// <param name="path">A file or folder.</param>
    /// <param name="options">How the data are read; null for the defaults.</param>
    /// <param name="info">Is told how the data were understood.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    public static CheckedRowReader Of(string path, PreferenceLoadOptions? options, Action<string> info)
    {
        PreferenceLoadOptions own = PreferenceLoadOptions.Own(options);
        return new CheckedRowReader(DatasetFiles.NameOf(path), PreferenceReader.Shards(path, own, info), own, info);
    }

    /// <inheritdoc cref="Of(string, PreferenceLoadOptions?, Action{string})"/>
    /// <param name="data">The rows.</param>
    public static CheckedRowReader Of(IDataView data, PreferenceLoadOptions? options, Action<string> info)
    {
        PreferenceLoadOptions own = PreferenceLoadOptions.Own(options);
        own.View = data.Schema;
        const string name = PreferenceReader.DataViewName;
        return new CheckedRowReader(name, [new DataViewSource(data, name)], own, info);
    }

    /// <summary>The rows; none where nothing says how they make pairs.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, or hold no rows.</exception>
    public IEnumerable<CheckedRow> Read()
    {
        using var rows = new SampledRows(_name, _options, _shards.SelectMany(shard => shard.Read(new FieldSelection())));
        if (Recognize(rows) is not { } layout) yield break;
        _info(ReadingPass.Understood(_name, layout, _options));
        var outcomes = new List<PairOutcome>();
        foreach (SourceRow row in rows.All())
        {
            long index = Rows++;
            outcomes.Clear();
            if (row.Fields is null) outcomes.Add(new PairOutcome(null, row.Fault, row.Location));
            else layout.Convert(row.Fields, row.Location, outcomes);
            foreach (PairOutcome outcome in outcomes)
                yield return new CheckedRow(index, row.Location, row.Fields, layout.Columns, outcome) { Origin = layout.Prompts };
        }
        outcomes.Clear();
        layout.Finish(outcomes);
        // Rows of one prompt were brought together: a pair stands where the first of them does.
        foreach (PairOutcome outcome in outcomes)
            yield return new CheckedRow(outcome.Location.Row - 1, outcome.Location, null, null, outcome) { Origin = layout.Prompts };
    }

    private IPairLayout? Recognize(SampledRows rows)
    {
        FieldLookup fields = rows.Sample();
        try
        {
            return new LayoutRecognizer(_name, fields, _options).Recognize();
        }
        catch (InvalidDataException e)
        {
            (Rows, Unknown) = (rows.SampleCount, UnknownLayout(e.Message, fields, rows.SampleCount));
            return null;
        }
    }

    private static DataFinding UnknownLayout(string message, FieldLookup fields, int count)
    {
        long[] rows = [.. Enumerable.Range(0, Math.Min(count, 20))];
        if (fields.Find(FieldNames.Responses) is not null && fields.Find(FieldNames.Labels) is not null)
            return new DataFinding("single-answers", FindingSeverity.Info, count, rows, message, "Train a method that takes single answers.");
        bool isPrinted = fields.Find(FieldNames.Answers) is var (chosen, _) && fields.AllTexts(chosen, PrintedMessages.IsListOfOneText);
        return isPrinted
            ? new DataFinding("list-repr", FindingSeverity.Error, count, rows, message, "Write the texts alone, or the columns as JSON.")
            : new DataFinding("not-pairs", FindingSeverity.Error, count, rows, message, "Say which fields are which in `Columns`.");
    }
}
