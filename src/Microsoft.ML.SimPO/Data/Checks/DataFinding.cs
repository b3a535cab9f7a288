namespace Microsoft.ML.SimPO;

/// <summary>Something that a check of preference data found.</summary>
public sealed record DataFinding
{
    internal DataFinding(string rule, FindingSeverity severity, long count, IReadOnlyList<long> rows, string message, string remedy) =>
        (Rule, Severity, Count, Rows, Message, Remedy) = (rule, severity, count, rows, message, remedy);

    /// <summary>The name of the rule, such as <c>labels-swapped</c>; it stays the same from version to version.</summary>
    public string Rule { get; }

    /// <summary>How bad it is.</summary>
    public FindingSeverity Severity { get; }

    /// <summary>In how many rows.</summary>
    public long Count { get; }

    /// <summary>The first 20 of them, counted from 0; those of several files one after the other.</summary>
    public IReadOnlyList<long> Rows { get; }

    /// <summary>What was found, in how many rows, where first.</summary>
    public string Message { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
