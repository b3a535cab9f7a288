using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Data.Statistics;
using Microsoft.ML.SimPO.Data.Writing;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Pairs from their source through the filters to a data view, a file or statistics.</summary>
internal sealed class PreferencePipeline
{
    private readonly MLContext _context;
    private readonly IHost _host;
    private readonly PairSource _source;
    private readonly PreferenceFilterOptions? _filters;
    private readonly PreferenceEncoder? _encoder;
    private int _reported;

    /// <param name="context">Whose log tells what was read and left out.</param>
    /// <param name="source">The pairs.</param>
    /// <param name="filters">Null for none.</param>
    /// <param name="modelPath">Whose tokens lengths are counted in; null for the filters' choice.</param>
    public PreferencePipeline(MLContext context, PairSource source, PreferenceFilterOptions? filters, string? modelPath)
    {
        _context = context;
        _host = ((IHostEnvironment)context).RegisterOwn("PreferenceLoader");
        _source = source;
        _filters = filters?.Copy();
        _filters?.Validate();
        string? model = modelPath ?? _filters?.ModelPath;
        _encoder = model is null ? null : PairMeasure.Encoder(model);
    }

    /// <summary>Writes the pairs of a data view; every row must be one.</summary>
    public static long Save(MLContext context, IDataView data, string path)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var source = PairSource.Of(data, new PreferenceLoadOptions { MalformedRows = MalformedRows.FailAtFirst });
        long count = PreferenceWriter.Write(path, source.Read(null, new DropLog()).Select(located => located.Row), source.HasScores());
        using IChannel channel = ((IHostEnvironment)context).RegisterOwn("PreferenceLoader").Start("Save");
        channel.Info(FormattableString.Invariant($"{path}: {count} pairs written."));
        return count;
    }

    /// <summary>The pairs as a data view that reads them anew for every pass.</summary>
    public IDataView Load()
    {
        PromptOrigin prompts = CheckFirst();
        return _source.HasScores()
            ? _context.Data.LoadFromEnumerable(Rows(row => new ScoredPairColumns(row)), PromptAnnotation.SchemaOf<ScoredPairColumns>(prompts))
            : _context.Data.LoadFromEnumerable(Rows(row => new TextPairColumns(row)), PromptAnnotation.SchemaOf<TextPairColumns>(prompts));
    }

    public PreferenceStatistics Describe(StatisticsLimits? limits)
    {
        var log = new DropLog();
        using IChannel channel = _host.Start("Describe");
        PairMeasure measure = Measure();
        PreferenceStatistics statistics = PreferenceAnalysis.Collect(Clean(_source.ReadUnshuffled(channel.Info, log), log, measure), log, measure, limits);
        foreach (string warning in log.Warnings) channel.Warning(warning);
        return statistics;
    }

    private PairMeasure Measure() => _encoder is null ? PairMeasure.Characters : PairMeasure.Tokens(_encoder);

    private IEnumerable<LocatedRow> Clean(IEnumerable<LocatedRow> rows, DropLog log, PairMeasure measure) =>
        PreferenceCleaner.Clean(rows, _filters, log, measure);

    /// <summary>What is not pairs is refused here, and how the data was understood is said once.</summary>
    /// <returns>What the prompts were.</returns>
    private PromptOrigin CheckFirst()
    {
        using IChannel channel = _host.Start("Load");
        var log = new DropLog();
        if (Clean(_source.ReadUnshuffled(channel.Info, log), log, Measure()).Any()) return _source.IsMixture ? Prompts(channel) : log.Prompts;
        throw new InvalidDataException(
            $"'{_source.Name}' holds no preference pairs that pass the filters.{string.Concat(log.Drops.Select(drop => Environment.NewLine + Line(drop)))}");
    }

    /// <summary>What the prompts were, where it is one thing in all parts of a mixture; where it is not they are read as they are, which is said.</summary>
    private PromptOrigin Prompts(IChannel channel)
    {
        PromptOrigin[] prompts = [.. _source.Prompts().Distinct()];
        if (prompts.Length == 1) return prompts[0];
        if (prompts.Any(origin => origin.HasFlag(PromptOrigin.Dialogue)))
            channel.Warning("Some parts of the mixture are dialogues (`Human:`, `Assistant:`) and others are not: a model without a chat template reads all of "
                + "them without such marks. Train on them apart to keep the marks.");
        return PromptOrigin.Given;
    }

    /// <summary>Every enumeration reads for itself: cursors of one data view may run side by side.</summary>
    private IEnumerable<T> Rows<T>(Func<PreferenceRow, T> convert)
    {
        var log = new DropLog();
        foreach (LocatedRow located in Clean(_source.Read(null, log), log, Measure())) yield return convert(located.Row);
        if (Interlocked.Exchange(ref _reported, 1) == 0) Report(log);
    }

    /// <summary>What was left out, once, when the first pass is through.</summary>
    private void Report(DropLog log)
    {
        if (log.Drops.Count == 0 && log.Warnings.Count == 0) return;
        using IChannel channel = _host.Start("Load");
        foreach (string warning in log.Warnings) channel.Warning(warning);
        foreach (DroppedRows drop in log.Drops) channel.Warning(Line(drop));
    }

    private static string Line(DroppedRows drop) =>
        FormattableString.Invariant(
            $"{drop.Count} {(drop.Count == 1 ? "row was" : "rows were")} left out ({drop.Reason}), the first at {drop.ExamplePlace}: {drop.Example}");
}
