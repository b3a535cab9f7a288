using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Reads preference pairs from a file or folder of any container and layout, streamed: rows come as they are read, and no more than a
/// sample is held.
/// </summary>
internal static class PreferenceReader
{
    /// <summary>What a data view is called in messages.</summary>
    public const string DataViewName = "data view";

    /// <summary>The pairs of a file or folder. The sequence can be enumerated again; each time the files are read again.</summary>
    /// <param name="path">A file, or a folder with shards or splits.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="info">Is told, once, how the data was understood, what was left out, and how many rows were malformed.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The data is damaged or is not pairs; also while enumerating.</exception>
    public static IEnumerable<PreferenceRow> Read(string path, PreferenceLoadOptions? options = null, Action<string>? info = null) =>
        ReadLocated(path, options, info).Select(located => located.Row);

    /// <summary>As <see cref="Read"/>, with the place of each row; rows that are no pairs are counted in <paramref name="log"/>.</summary>
    public static IEnumerable<LocatedRow> ReadLocated(string path, PreferenceLoadOptions? options = null, Action<string>? info = null, DropLog? log = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new PreferenceLoadOptions();
        options.Validate();
        IEnumerable<IRowSource> shards = Shards(path, options, info);
        return ReadShards(DatasetFiles.NameOf(path), () => shards, options, info, log);
    }

    /// <summary>
    /// As <see cref="ReadLocated(string, PreferenceLoadOptions?, Action{string}?, DropLog?)"/>, from the columns of a data view or a data
    /// frame.
    /// </summary>
    public static IEnumerable<LocatedRow> ReadLocated(
        IDataView data, PreferenceLoadOptions? options = null, Action<string>? info = null, DropLog? log = null, string name = DataViewName)
    {
        ArgumentNullException.ThrowIfNull(data);
        options = PreferenceLoadOptions.Own(options);
        options.View = data.Schema;
        return ReadShards(name, () => [new DataViewSource(data, name)], options, info, log);
    }

    /// <summary>The pairs of data that a model is to be tested on: of a folder its test split, where it has one.</summary>
    public static IEnumerable<PreferenceRow> TestRows(string path) =>
        Read(path, new PreferenceLoadOptions { Split = Directory.Exists(path) && DatasetFiles.HasSplit(path, "test") ? "test" : null });

    /// <summary>The containers of a file or folder; each is opened when its turn comes, anew in each enumeration.</summary>
    public static IEnumerable<IRowSource> Shards(string path, PreferenceLoadOptions options, Action<string>? info) =>
        DatasetFiles.Find(path, options.Split, info).Select(file => ContainerDetector.Open(file, options));

    /// <summary>The pairs of containers that hold the shards of one data set, one after the other.</summary>
    public static IEnumerable<LocatedRow> ReadShards(
        string name, Func<IEnumerable<IRowSource>> shards, PreferenceLoadOptions options, Action<string>? info, DropLog? log)
    {
        bool told = false;
        return Enumerate();

        IEnumerable<LocatedRow> Enumerate()
        {
            var pass = new ReadingPass(name, options, told ? null : info, log ?? new DropLog());
            told = true;
            foreach (LocatedRow row in pass.Read(shards())) yield return row;
        }
    }
}
