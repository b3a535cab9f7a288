namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// A container of rows, read from its start each time it is enumerated and holding no more than one row (or row group, or record batch) at a time.
/// A row that cannot be read comes as one with a fault; damage after which the reader does not know where the next row starts
/// ends the enumeration with <see cref="InvalidDataException"/>.
/// </summary>
internal interface IRowSource
{
    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>The rows; fields that <paramref name="wanted"/> does not ask for may be left out.</summary>
    public IEnumerable<SourceRow> Read(FieldSelection wanted);
}
