using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data;

/// <summary>The rows of a data set: a sample of the first, by which their layout is recognised, then all of them. One instance serves one pass.</summary>
/// <param name="name">Of the data, for messages.</param>
/// <param name="options">How many rows are read.</param>
/// <param name="rows">All rows.</param>
internal sealed class SampledRows(string name, PreferenceLoadOptions options, IEnumerable<SourceRow> rows) : IDisposable
{
    private const int SampleRows = 64;

    // Rows of megabytes make a small sample.
    private const long SampleCharacters = 16 << 20;

    private readonly IEnumerator<SourceRow> _rows = rows.GetEnumerator();
    private readonly List<SourceRow> _sample = [];
    private readonly long _most = options.MaxRows ?? long.MaxValue;

    /// <summary>Rows of the sample, those that cannot be read among them.</summary>
    public int SampleCount => _sample.Count;

    public void Dispose() => _rows.Dispose();

    /// <summary>Reads the sample: what its rows hold.</summary>
    /// <exception cref="InvalidDataException">There are no rows, or none of the sample can be read.</exception>
    public FieldLookup Sample()
    {
        long characters = 0;
        while (_sample.Count < Math.Min(SampleRows, _most) && characters < SampleCharacters && Next())
        {
            _sample.Add(_rows.Current);
            if (_rows.Current.Fields is { } fields) characters += FieldValue.Of(fields).Characters;
        }
        FieldRecord[] readable = [.. _sample.Where(row => row.Fields is not null).Select(row => row.Fields!)];
        if (readable.Length > 0) return new FieldLookup(readable);
        string found = _sample.Count == 0
            ? "found none"
            : $"none of the first {_sample.Count} can be read; {_sample[0].Location}: {_sample[0].Fault!.Message}";
        throw new InvalidDataException($"{name}: expected rows, but {found}");
    }

    /// <summary>The rows from the first on, after <see cref="Sample"/>.</summary>
    public IEnumerable<SourceRow> All()
    {
        foreach (SourceRow row in _sample) yield return row;
        for (long left = _most - _sample.Count; left > 0 && Next(); left--) yield return _rows.Current;
    }

    /// <summary>A row that the process has no memory for is a fault of the data, not of the process.</summary>
    private bool Next()
    {
        try
        {
            return _rows.MoveNext();
        }
        catch (OutOfMemoryException error)
        {
            string place = _rows.Current.Location.File is null ? $"{name}, in its first row" : $"{name}, after {_rows.Current.Location}";
            throw new InvalidDataException($"{place}: a row takes more memory than this process may have. Set `{nameof(options.MaxRowBytes)}` lower.", error);
        }
    }
}
