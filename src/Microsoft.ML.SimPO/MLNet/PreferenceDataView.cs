using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Preference files as an <see cref="IDataView"/> that reads them anew for every pass.</summary>
internal static class PreferenceDataView
{
    public static IDataView Load(MLContext context, string path, PreferenceLoadOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IHost host = ((IHostEnvironment)context).Register("PreferenceLoader");
        PreferenceRow first;
        using (IChannel channel = host.Start("Load"))
            first = PreferenceReader.Read(path, options, channel.Info).FirstOrDefault()
                ?? throw new InvalidDataException($"'{path}' holds no preference pairs.");
        return first.ScoreChosen is null
            ? context.Data.LoadFromEnumerable(Rows(path, options, r => new Pair(r)))
            : context.Data.LoadFromEnumerable(Rows(path, options, r => new ScoredPair(r)));
    }

    /// <summary>Every enumeration opens the file for itself: cursors of one data view may run side by side.</summary>
    private static IEnumerable<T> Rows<T>(string path, PreferenceLoadOptions? options, Func<PreferenceRow, T> convert)
    {
        foreach (PreferenceRow row in PreferenceReader.Read(path, options)) yield return convert(row);
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
