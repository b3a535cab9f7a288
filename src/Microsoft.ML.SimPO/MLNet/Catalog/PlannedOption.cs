namespace Microsoft.ML.SimPO;

/// <summary>An option as it takes effect in a run.</summary>
public sealed record PlannedOption
{
    internal PlannedOption(string name, string value, bool isDefault) => (Name, Value, IsDefault) = (name, value, isDefault);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its value, the same in every culture.</summary>
    public string Value { get; }

    /// <summary>Whether it is the value that the option has by itself.</summary>
    public bool IsDefault { get; }
}
