namespace Microsoft.ML.SimPO;

/// <summary>What may be wrong with a run although its loss and accuracy look well.</summary>
public enum TrainingSymptom
{
    /// <summary>The model gives its own preferred answers a much lower log-probability than at the start: it is losing its language.</summary>
    ChosenLogProbabilityFell,

    /// <summary>The gradient has all but vanished: nothing is learned any more.</summary>
    GradientVanished,
}
