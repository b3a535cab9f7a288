namespace Microsoft.ML.SimPO;

/// <summary>How a trial ended.</summary>
public enum AlignmentTrialStatus
{
    /// <summary>Trained to its end and judged.</summary>
    Completed,

    /// <summary>Stopped early: the loss stopped being finite or rose, or the model lost the chosen answers.</summary>
    Diverged,

    /// <summary>Refused: the options or the data do not go together; the message says why.</summary>
    Failed,
}
