namespace Microsoft.ML.SimPO;

/// <summary>What a trial tries.</summary>
public sealed record AlignmentTrialSettings
{
    internal AlignmentTrialSettings()
    {
    }

    /// <summary>From 0, in the order in which trials are begun.</summary>
    public int TrialId { get; internal init; }

    /// <summary>The values that the sweep chose, by the names of the options.</summary>
    public IReadOnlyDictionary<string, object> Parameter { get; internal init; } = null!;

    /// <summary>Everything, with the chosen values and the epochs of the rung.</summary>
    public PreferenceTrainerOptions Options { get; internal init; } = null!;

    /// <summary>From 0: how often successive halving promoted these values; always 0 in other sweeps.</summary>
    public int Rung { get; internal init; }
}
