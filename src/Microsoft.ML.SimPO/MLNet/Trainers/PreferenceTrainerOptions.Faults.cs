namespace Microsoft.ML.SimPO;

/// <content>What is wrong with values.</content>
public abstract partial class PreferenceTrainerOptions
{
    private bool HasModel => !string.IsNullOrWhiteSpace(ModelPath) || BaseModel is not null || !string.IsNullOrWhiteSpace(AdapterPath);

    internal override IEnumerable<string> Faults()
    {
        if (!HasModel) yield return "`ModelPath` must name a folder in Hugging Face layout, but was empty.";
        foreach (string fault in base.Faults().Concat(OptimizationFaults()).Concat(RunFaults()).Concat(AdapterFaults())) yield return fault;
    }

    private IEnumerable<string> OptimizationFaults()
    {
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            yield return Say($"`LearningRate` must be greater than 0, but was {LearningRate}. Use 3e-7 to 1e-6 for large models.");
        if (!(Epochs > 0 && double.IsFinite(Epochs))) yield return Say($"`Epochs` must be greater than 0, but was {Epochs}. Use 1.");
        if (BatchSize < 1) yield return Say($"`BatchSize` must be at least 1, but was {BatchSize}. Use 8 to 128.");
        if (PairsPerMicroBatch < 1) yield return Say($"`PairsPerMicroBatch` must be at least 1, but was {PairsPerMicroBatch}. Use 1 to 8, or null for no limit.");
        else if (Compatibility != Compatibility.None && PairsPerMicroBatch is { } size && BatchSize % size != 0)
            yield return Say($"`PairsPerMicroBatch` must divide `BatchSize` ({BatchSize}) with `Compatibility` {Compatibility}, but was {size}.");
        if (!Enum.IsDefined(LearningRateScheduler))
        {
            string names = string.Join(", ", Enum.GetNames<LearningRateScheduler>());
            yield return Say($"`LearningRateScheduler` must be one of {names}, but was {LearningRateScheduler}.");
        }
        if (!(WarmupRatio >= 0 && WarmupRatio <= 1)) yield return Say($"`WarmupRatio` must be from 0 to 1, but was {WarmupRatio}. Use 0.1.");
        if (WarmupSteps < 0) yield return Say($"`WarmupSteps` must be 0 or more, but was {WarmupSteps}. Use null for `WarmupRatio`.");
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return Say($"`WeightDecay` must be 0 or more, but was {WeightDecay}. Use 0.");
        if (!(AdamBeta1 >= 0 && AdamBeta1 < 1)) yield return Say($"`AdamBeta1` must be from 0 to below 1, but was {AdamBeta1}. Use 0.9.");
        if (!(AdamBeta2 >= 0 && AdamBeta2 < 1)) yield return Say($"`AdamBeta2` must be from 0 to below 1, but was {AdamBeta2}. Use 0.999.");
        if (!(AdamEpsilon > 0 && double.IsFinite(AdamEpsilon))) yield return Say($"`AdamEpsilon` must be greater than 0, but was {AdamEpsilon}. Use 1e-8.");
        if (!(MaxGradNorm >= 0 && double.IsFinite(MaxGradNorm)))
            yield return Say($"`MaxGradNorm` must be 0 or more, but was {MaxGradNorm}. Use 1, or 0 for no clipping.");
    }

    /// <summary>Faults of what concerns validation and the run's folder.</summary>
    private IEnumerable<string> RunFaults()
    {
        if (!(ValidationFraction >= 0 && ValidationFraction < 1))
            yield return Say($"`ValidationFraction` must be from 0 to below 1, but was {ValidationFraction}. Use 0.05 to 0.2, or 0 for none.");
        foreach ((string option, int value, string use) in new[]
        {
            (nameof(EvaluationSteps), EvaluationSteps, "0 for each epoch"), (nameof(EarlyStoppingPatience), EarlyStoppingPatience, "2 to 5, or 0 for never"),
            (nameof(SaveSteps), SaveSteps, "0 for each epoch"), (nameof(SaveTotalLimit), SaveTotalLimit, "0 for all"),
        })
            if (value < 0) yield return Say($"`{option}` must be 0 or more, but was {value}. Use {use}.");
        if (OutputPath is not null)
        {
            if (string.IsNullOrWhiteSpace(OutputPath)) yield return "`OutputPath` must name a folder, but was empty. Use null to write nothing.";
            yield break;
        }
        string[] needy =
        [
            .. SaveSteps > 0 ? [nameof(SaveSteps)] : Array.Empty<string>(), .. SaveTotalLimit > 0 ? [nameof(SaveTotalLimit)] : Array.Empty<string>(),
            .. SaveOnCancel ? [nameof(SaveOnCancel)] : Array.Empty<string>(), .. ResumesAutomatically ? [nameof(ResumeFrom)] : Array.Empty<string>(),
        ];
        foreach (string option in needy) yield return $"`{option}` needs `OutputPath`, which is null. Name a folder for the run.";
    }

    private IEnumerable<string> AdapterFaults()
    {
        if (Lora is null) yield break;
        foreach (string fault in Lora.Faults()) yield return fault;
        if (AdapterPath is not null) yield return "`Lora` must be null where `AdapterPath` names an adapter, whose rank and modules are kept. Use one of them.";
    }
}
