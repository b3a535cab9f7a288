namespace Microsoft.ML.SimPO;

/// <summary>Whose settings a recipe has.</summary>
internal enum RecipeDialect
{
    /// <summary>The SimPO repository's scripts.</summary>
    SimPOReference,

    /// <summary>TRL's <c>CPOTrainer</c> with <c>loss_type: simpo</c>.</summary>
    Trl,

    /// <summary>LLaMA-Factory's <c>stage: dpo</c> with <c>pref_loss: simpo</c>.</summary>
    LlamaFactory,
}
