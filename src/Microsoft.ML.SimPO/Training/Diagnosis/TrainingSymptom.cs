namespace Microsoft.ML.SimPO;

/// <summary>What may be wrong with a run although its loss and accuracy look well.</summary>
public enum TrainingSymptom
{
    /// <summary>The model gives its own preferred answers a much lower log-probability than at the start: it is losing its language.</summary>
    ChosenLogProbabilityFell,

    /// <summary>The gradient has all but vanished: nothing is learned any more.</summary>
    GradientVanished,

    /// <summary>The margin has gone far beyond its target, which a model does by giving up its language.</summary>
    MarginRanAway,

    /// <summary>The loss rises, or is no finite number.</summary>
    LossDiverged,

    /// <summary>The run has ended, and chosen and rejected answers are hardly apart.</summary>
    PoorlySeparated,

    /// <summary>The run has ended, and its loss stood still for half of it.</summary>
    LossFlat,

    /// <summary>The model's answers do not end, or repeat themselves.</summary>
    AnswersLoop,

    /// <summary>The held-out answers that people preferred have become less likely.</summary>
    AnswersForgotten,

    /// <summary>The model's answers have become much longer or shorter.</summary>
    AnswerLengthChanged,

    /// <summary>An option has a value that seldom goes well.</summary>
    UnusualConfiguration,

    /// <summary>The run needs about all, or more, of the memory that there is.</summary>
    MemoryShort,

    /// <summary>The length of the answers alone tells chosen and rejected ones apart.</summary>
    LengthTellsApart,

    /// <summary>The weights were trained as 16-bit numbers alone, which take no small step.</summary>
    WeightsRounded,
}
