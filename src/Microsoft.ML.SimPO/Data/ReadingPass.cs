using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data;

/// <summary>One pass over the rows of a data set: recognises the layout by the first of them, then turns each into pairs.</summary>
internal sealed class ReadingPass(string name, PreferenceLoadOptions options, Action<string>? info, DropLog log)
{
    /// <summary>A row that is broken takes a thousand times as long as its bytes do: its fault is described.</summary>
    private const int MostBroken = 50_000, BrokenToKept = 9;

    private readonly FieldSelection _wanted = new();
    private readonly List<PairOutcome> _outcomes = [];
    private readonly List<string> _faults = [];
    private long _malformed, _broken;
    private long _kept;

    public IEnumerable<LocatedRow> Read(IEnumerable<IRowSource> shards)
    {
        using var rows = new SampledRows(name, options, shards.SelectMany(shard => shard.Read(_wanted)));
        IPairLayout layout = new LayoutRecognizer(name, rows.Sample(), options).Recognize();
        _wanted.Limit(layout.Fields);
        info?.Invoke(Understood(name, layout, options));
        log.Prompts = layout.Prompts;
        foreach (SourceRow row in rows.All())
        {
            foreach (LocatedRow pair in Convert(layout, row)) yield return pair;
        }
        _outcomes.Clear();
        layout.Finish(_outcomes);
        foreach (PairOutcome outcome in _outcomes)
        {
            if (Take(outcome) is { } pair) yield return pair;
        }
        Finish();
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
        if (row.Fields is null) CheckBroken();
    }

    /// <exception cref="InvalidDataException">Hardly any row can be read, of very many.</exception>
    private void CheckBroken()
    {
        if (++_broken < MostBroken || _broken <= BrokenToKept * _kept || options.MaxExpansion is null) return;
        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {_broken} rows are broken, and {_kept} could be read as pairs. The first: {_faults[0]} It may be made to exhaust time. ")
            + $"If you trust it, set `{nameof(options.MaxExpansion)}` to null for no limit.");
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
