namespace Microsoft.ML.SimPO;

/// <summary>What happens with rows that cannot be read as pairs.</summary>
public enum MalformedRows
{
    /// <summary>They are left out and counted, with the first of each kind as an example; reading fails only if no row is left.</summary>
    Skip,

    /// <summary>All rows are read, then one <see cref="InvalidDataException"/> lists how many were malformed and the first of them.</summary>
    FailAtEnd,

    /// <summary>The first one ends the reading with <see cref="InvalidDataException"/>.</summary>
    FailAtFirst,
}
