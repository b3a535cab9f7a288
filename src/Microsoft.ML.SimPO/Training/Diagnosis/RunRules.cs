namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The rules by which runs are judged.</summary>
internal static class RunRules
{
    public static IRunRule[] All(int pairsPerStep) =>
    [
        new CollapseRule(pairsPerStep), new RunawayMarginRule(), new VanishedGradientRule(), new DivergenceRule(), new ForgettingRule(), new LoopRule(),
        new AnswerLengthRule(), new LengthAloneRule(), new SeparationRule(), new PlateauRule(),
    ];

    /// <summary>What a rule is called, whatever it sees.</summary>
    public static string NameOf(TrainingSymptom symptom) => symptom switch
    {
        TrainingSymptom.ChosenLogProbabilityFell or TrainingSymptom.MarginRanAway => "collapse",
        TrainingSymptom.GradientVanished => "dead-gradient",
        TrainingSymptom.LossDiverged => "diverging",
        TrainingSymptom.PoorlySeparated => "poor-separation",
        TrainingSymptom.LossFlat => "plateau",
        TrainingSymptom.AnswersLoop => "loops",
        TrainingSymptom.AnswersForgotten => "forgetting",
        TrainingSymptom.AnswerLengthChanged or TrainingSymptom.LengthTellsApart => "length",
        TrainingSymptom.WeightsRounded => "bf16",
        TrainingSymptom.UnusualConfiguration => "configuration",
        _ => "memory",
    };
}
