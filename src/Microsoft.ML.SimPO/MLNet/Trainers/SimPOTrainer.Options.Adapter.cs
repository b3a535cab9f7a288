namespace Microsoft.ML.SimPO;

public sealed partial class SimPOTrainer
{
    public sealed partial class Options
    {
        /// <summary>Train a new LoRA adapter and leave the model's weights frozen. Null, the default, trains all weights, or the adapter that the model has already.</summary>
        public LoraOptions? Lora { get; set; }

        /// <summary>
        /// The folder of a LoRA adapter in PEFT layout that is loaded onto the model and trained on; it is not written to. Null, the default, for none. A
        /// <see cref="ModelPath"/> that is such a folder itself loads the base model that its adapter_config.json names.
        /// </summary>
        public string? AdapterPath { get; set; }

        /// <summary>
        /// A loaded model to begin with in place of <see cref="ModelPath"/>: its weights stay as they are, and are in memory once for all that adapters are trained on
        /// them. Without <see cref="Lora"/> and <see cref="AdapterPath"/> its own adapter is trained on in a copy, or, where it has none, a copy of all its weights. Null, the default, for none.
        /// </summary>
        public SimPOTransformer? BaseModel { get; set; }

        private bool HasModel => !string.IsNullOrWhiteSpace(ModelPath) || BaseModel is not null || !string.IsNullOrWhiteSpace(AdapterPath);

        private IEnumerable<string> AdapterFaults()
        {
            if (AdapterPath is not null && string.IsNullOrWhiteSpace(AdapterPath)) yield return "`AdapterPath` must name the folder of a LoRA adapter, but was empty. Use null for none.";
            if (Lora is null) yield break;
            foreach (string fault in Lora.Faults()) yield return fault;
            if (AdapterPath is not null) yield return "`Lora` must be null where `AdapterPath` names an adapter, whose rank and modules are kept. Use one of them.";
        }
    }
}
