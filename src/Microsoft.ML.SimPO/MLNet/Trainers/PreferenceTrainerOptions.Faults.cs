using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <content>What does not go together.</content>
public abstract partial class PreferenceTrainerOptions
{
    private bool HasModel => !string.IsNullOrWhiteSpace(ModelPath) || BaseModel is not null || !string.IsNullOrWhiteSpace(AdapterPath);

    internal override IEnumerable<string> Contradictions()
    {
        foreach (string fault in base.Contradictions()) yield return fault;
        if (!HasModel) yield return "`ModelPath` must name a folder in Hugging Face layout, but was empty.";
        if (Rows != RowKind.Pairs && !TakesSingleAnswers) yield return $"`Rows` must be Pairs with {Method}, which needs a rejected answer, but was {Rows}.";
        if (CompatibilityProfile.Fault(Compatibility, Method) is { } unknown) yield return unknown;
        if (Profile.ByMicroBatch && PairsPerMicroBatch is { } size and > 0 && BatchSize % size != 0)
            yield return Say($"`PairsPerMicroBatch` must divide `BatchSize` ({BatchSize}) with `Compatibility` {Compatibility}, but was {size}.");
        if (Profile.ByMicroBatch && KeepPromptsTogether)
            yield return Say($"`KeepPromptsTogether` must be false with `Compatibility` {Compatibility}, which has an order of its own, but was true.");
        if (Diagnosis?.Fault() is { } limit) yield return $"`Diagnosis`: {limit}";
        foreach (string option in NeedsFolder()) yield return $"`{option}` needs `OutputPath`, which is null. Name a folder for the run.";
        if (Lora is null) yield break;
        foreach (string fault in Lora.Faults()) yield return fault;
        if (AdapterPath is not null) yield return "`Lora` must be null where `AdapterPath` names an adapter, whose rank and modules are kept. Use one of them.";
    }

    /// <summary>The options that are set and say something about a run's folder, where there is none.</summary>
    private IEnumerable<string> NeedsFolder()
    {
        if (OutputPath is not null) yield break;
        if (SaveSteps > 0) yield return nameof(SaveSteps);
        if (SaveTotalLimit > 0) yield return nameof(SaveTotalLimit);
        if (SaveOnCancel) yield return nameof(SaveOnCancel);
        if (ResumesAutomatically) yield return nameof(ResumeFrom);
    }
}
