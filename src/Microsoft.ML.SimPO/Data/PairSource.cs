using Microsoft.ML.SimPO.Data.Mixing;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Where pairs come from: a file or folder, a mixture of them, or a data view. It can be read any number of times.</summary>
internal sealed class PairSource
{
    // As many as a layout is recognised by.
    private const int SampleRows = 64;

    private readonly Func<Action<string>?, DropLog, IEnumerable<LocatedRow>>[] _parts;
    private readonly Func<Action<string>?, DropLog, IEnumerable<LocatedRow>> _all;
    private readonly PreferenceLoadOptions _options;

    private PairSource(
        string name, PreferenceLoadOptions options, Func<Action<string>?, DropLog, IEnumerable<LocatedRow>> all,
        params Func<Action<string>?, DropLog, IEnumerable<LocatedRow>>[] parts)
    {
        (Name, _options, _all, _parts) = (name, options, all, parts.Length == 0 ? [all] : parts);
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static PairSource Of(string path, PreferenceLoadOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PreferenceLoadOptions own = PreferenceLoadOptions.Own(options);
        return new PairSource(path, own, (info, log) => PreferenceReader.ReadLocated(path, own, info, log));
    }

    /// <exception cref="ArgumentException">An option or a fraction is out of range.</exception>
    public static PairSource Of(IReadOnlyList<MixturePart> mixture, PreferenceLoadOptions? options)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        PreferenceLoadOptions own = PreferenceLoadOptions.Own(options);
        MixturePart[] parts = [.. mixture];
        DatasetMixer.Validate(parts);
        return new PairSource("mixture", own, (info, log) => DatasetMixer.Mix(parts, own.Seed, own, info, log),
            [.. parts.Select(part => (Func<Action<string>?, DropLog, IEnumerable<LocatedRow>>)((_, log) => DatasetMixer.Whole(part, own, null, log)))]);
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static PairSource Of(IDataView data, PreferenceLoadOptions? options)
    {
        ArgumentNullException.ThrowIfNull(data);
        PreferenceLoadOptions own = PreferenceLoadOptions.Own(options);
        return new PairSource(PreferenceReader.DataViewName, own, (info, log) => PreferenceReader.ReadLocated(data, own, info, log));
    }

    /// <summary>The pairs; rows that are none are counted in <paramref name="log"/>.</summary>
    public IEnumerable<LocatedRow> Read(Action<string>? info, DropLog log)
    {
        IEnumerable<LocatedRow> rows = ReadUnshuffled(info, log);
        return _options.Shuffle ? Shuffled(rows) : rows;
    }

    /// <summary>The pairs in the order of the data, whatever the options say: none is held.</summary>
    public IEnumerable<LocatedRow> ReadUnshuffled(Action<string>? info, DropLog log) => _all(info, log);

    public bool IsMixture => _parts.Length > 1;

    /// <summary>What the prompts of each part were, by its first rows.</summary>
    public IReadOnlyList<PromptOrigin> Prompts() =>
    [
        .. _parts.Select(read =>
        {
            var log = new DropLog();
            _ = read(null, log).Any();
            return log.Prompts;
        }),
    ];

    /// <summary>Whether some of the first rows of some part have scores.</summary>
    public bool HasScores() => _parts.Any(
        read => read(null, new DropLog()).Take(SampleRows).Any(located => located.Row.ScoreChosen is not null || located.Row.ScoreRejected is not null));

    private IEnumerable<LocatedRow> Shuffled(IEnumerable<LocatedRow> rows)
    {
        LocatedRow[] all = [.. rows];
        new SeededRandom(_options.Seed).Shuffle(all.AsSpan());
        foreach (LocatedRow row in all) yield return row;
    }
}
