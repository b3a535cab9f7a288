using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Preference files as an <see cref="IDataView"/> that reads them anew for every pass.</summary>
internal sealed class PreferenceDataView
{
    private readonly IHost _host;
    private readonly string _path;
    private readonly PreferenceLoadOptions? _options;
    private readonly PreferenceFilterOptions? _filters;
    private int _reported;

    private PreferenceDataView(MLContext context, string path, PreferenceLoadOptions? options, PreferenceFilterOptions? filters)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _host = ((IHostEnvironment)context).Register("PreferenceLoader");
        (_path, _options, _filters) = (path, options, filters);
    }

    public static IDataView Load(MLContext context, string path, PreferenceLoadOptions? options, PreferenceFilterOptions? filters)
    {
        var view = new PreferenceDataView(context, path, options, filters);
        PreferenceRow first = view.First();
        return first.ScoreChosen is null
            ? context.Data.LoadFromEnumerable(view.Rows(r => new Pair(r)))
            : context.Data.LoadFromEnumerable(view.Rows(r => new ScoredPair(r)));
    }

    public static PreferenceStatistics Statistics(MLContext context, string path, PreferenceLoadOptions? options, PreferenceFilterOptions? filters)
    {
        var view = new PreferenceDataView(context, path, options, filters);
        var log = new DropLog();
        using IChannel channel = view._host.Start("Describe");
        return PreferenceAnalysis.Collect(view.Read(log, channel.Info), log);
    }

    private IEnumerable<LocatedRow> Read(DropLog log, Action<string>? info)
    {
        IEnumerable<LocatedRow> rows = PreferenceReader.ReadLocated(_path, _options, info, log);
        return _filters is null ? rows : PreferenceCleaner.Clean(rows, _filters, log);
    }

    private PreferenceRow First()
    {
        using IChannel channel = _host.Start("Load");
        foreach (LocatedRow row in Read(new DropLog(), channel.Info)) return row.Row;
        throw new InvalidDataException($"'{_path}' holds no preference pairs.");
    }

    /// <summary>Every enumeration opens the file for itself: cursors of one data view may run side by side.</summary>
    private IEnumerable<T> Rows<T>(Func<PreferenceRow, T> convert)
    {
        var log = new DropLog();
        foreach (LocatedRow row in Read(log, null)) yield return convert(row.Row);
        if (Interlocked.Exchange(ref _reported, 1) == 0) Report(log);
    }

    /// <summary>What was left out, once, when the first pass is through.</summary>
    private void Report(DropLog log)
    {
        if (log.Drops.Count == 0) return;
        using IChannel channel = _host.Start("Load");
        foreach (DroppedRows drop in log.Drops) channel.Warning(FormattableString.Invariant($"{drop.Count} rows were left out ({drop.Reason}), the first at {drop.ExamplePlace}: {drop.Example}"));
    }

    private class Pair(PreferenceRow row)
    {
        public string Prompt { get; } = row.Prompt;

        public string Chosen { get; } = row.Chosen;

        public string Rejected { get; } = row.Rejected;
    }

    private sealed class ScoredPair(PreferenceRow row) : Pair(row)
    {
        public float ScoreChosen { get; } = row.ScoreChosen ?? float.NaN;

        public float ScoreRejected { get; } = row.ScoreRejected ?? float.NaN;
    }
}
