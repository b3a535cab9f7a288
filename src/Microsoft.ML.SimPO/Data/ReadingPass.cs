using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data;

/// <summary>One pass over the rows of a data set: recognises the layout by the first of them, then turns each into pairs.</summary>
internal sealed class ReadingPass(string name, PreferenceLoadOptions options, Action<string>? info, DropLog log)
{
    private const int SampleRows = 64;

    // Rows of megabytes make a small sample.
    private const long SampleCharacters = 16 << 20;

    private readonly FieldSelection _wanted = new();
    private readonly List<PairOutcome> _outcomes = [];
    private readonly List<string> _faults = [];
    private long _malformed;
    private long _kept;

    public IEnumerable<LocatedRow> Read(IEnumerable<IRowSource> shards)
    {
        long left = options.MaxRows ?? long.MaxValue;
        using IEnumerator<SourceRow> rows = shards.SelectMany(shard => shard.Read(_wanted)).GetEnumerator();
        List<SourceRow> sample = Sample(rows, left);
        IPairLayout layout = Recognize(sample);
        foreach (SourceRow row in sample)
        {
            foreach (LocatedRow pair in Convert(layout, row)) yield return pair;
        }
        left -= sample.Count;
        while (left-- > 0 && Next(rows))
        {
            foreach (LocatedRow pair in Convert(layout, rows.Current)) yield return pair;
        }
        _outcomes.Clear();
        layout.Finish(_outcomes);
        foreach (PairOutcome outcome in _outcomes)
        {
            if (Take(outcome) is { } pair) yield return pair;
        }
        Finish();
    }

    /// <summary>A row that the process has no memory for is a fault of the data, not of the process.</summary>
    private bool Next(IEnumerator<SourceRow> rows)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (OutOfMemoryException error)
        {
            string place = rows.Current.Location.File is null ? $"{name}, in its first row" : $"{name}, after {rows.Current.Location}";
            throw new InvalidDataException($"{place}: a row takes more memory than this process may have. Set `{nameof(options.MaxRowBytes)}` lower.", error);
        }
    }

    private List<SourceRow> Sample(IEnumerator<SourceRow> rows, long limit)
    {
        var sample = new List<SourceRow>();
        long characters = 0;
        while (sample.Count < Math.Min(SampleRows, limit) && characters < SampleCharacters && Next(rows))
        {
            sample.Add(rows.Current);
            if (rows.Current.Fields is { } fields) characters += FieldValue.Of(fields).Characters;
        }
        return sample;
    }

    private IPairLayout Recognize(List<SourceRow> sample)
    {
        FieldRecord[] rows = sample.Where(row => row.Fields is not null).Select(row => row.Fields!).ToArray();
        if (rows.Length == 0)
        {
            string found = sample.Count == 0 ? "found none" : $"none of the first {sample.Count} can be read; {sample[0].Location}: {sample[0].Fault!.Message}";
            throw new InvalidDataException($"{name}: expected rows, but {found}");
        }
        IPairLayout layout = new LayoutRecognizer(name, new FieldLookup(rows), options).Recognize();
        _wanted.Limit(layout.Fields);
        info?.Invoke(Understood(name, layout, options));
        return layout;
    }

    /// <summary>How data were understood, for an Info line.</summary>
    public static string Understood(string name, IPairLayout layout, PreferenceLoadOptions options)
    {
        string how = options.Format == PreferenceFormat.Auto ? "recognised by its fields" : "as asked";
        return $"{name}: read as {layout.Description}, {how}. To read it otherwise, set `{nameof(options.Format)}` or `{nameof(options.Columns)}`.";
    }

    private IEnumerable<LocatedRow> Convert(IPairLayout layout, SourceRow row)
    {
        _outcomes.Clear();
        log.CountRow();
        if (row.Fields is null) _outcomes.Add(new PairOutcome(null, row.Fault, row.Location));
        else layout.Convert(row.Fields, row.Location, _outcomes);
        foreach (PairOutcome outcome in _outcomes)
        {
            if (Take(outcome) is { } pair) yield return pair;
        }
    }

    private LocatedRow? Take(PairOutcome outcome)
    {
        if (outcome.Warning is { } warning) log.Warn(warning, outcome.Location);
        if (outcome.Row is { } row)
        {
            _kept++;
            return new LocatedRow(row, outcome.Location);
        }
        string message = $"{outcome.Location}: {outcome.Fault!.Message}";
        if (options.MalformedRows == MalformedRows.FailAtFirst) throw new InvalidDataException(message);
        log.Drop(outcome.Fault.Reason, outcome.Location, outcome.Fault.Message);
        _malformed++;
        if (_faults.Count < 10) _faults.Add(message);
        return null;
    }

    private void Finish()
    {
        if (_malformed == 0) return;
        string count = string.Create(CultureInfo.InvariantCulture, $"{name}: {_malformed} of {_malformed + _kept} rows cannot be read as pairs");
        if (options.MalformedRows == MalformedRows.FailAtEnd || _kept == 0)
        {
            string rest = _malformed > _faults.Count ? $"{Environment.NewLine}and {_malformed - _faults.Count} more" : "";
            throw new InvalidDataException($"{count}:{Environment.NewLine}{string.Join(Environment.NewLine, _faults)}{rest}");
        }
        info?.Invoke($"{count} and were left out. The first: {_faults[0]}");
    }
}
