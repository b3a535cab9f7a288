namespace Microsoft.ML.SimPO;

/// <summary>Rows that were dropped for one reason, with the first of them as an example.</summary>
public sealed record DroppedRows
{
    internal DroppedRows(DropReason reason, long count, string examplePlace, string example) =>
        (Reason, Count, ExamplePlace, Example) = (reason, count, examplePlace, example);

    /// <summary>Why.</summary>
    public DropReason Reason { get; }

    /// <summary>How many.</summary>
    public long Count { get; }

    /// <summary>File and line (or row) of the first.</summary>
    public string ExamplePlace { get; }

    /// <summary>What was wrong with the first: field, what was expected and what was found.</summary>
    public string Example { get; }
}
