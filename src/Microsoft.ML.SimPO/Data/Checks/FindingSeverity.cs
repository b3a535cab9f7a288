namespace Microsoft.ML.SimPO;

/// <summary>How bad something is that a check of preference data found.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Probably not what was meant.</summary>
    Warning,

    /// <summary>Training on it teaches something wrong, or nothing.</summary>
    Error,
}
