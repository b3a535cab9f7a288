namespace Microsoft.ML.SimPO;

/// <summary>Which method a recipe is for: what it says itself, or else what settings it has that no other method knows.</summary>
internal static class RecipeMethods
{
    public const string SimPO = "simpo", Dpo = "dpo", Cpo = "cpo", Kto = "kto", Sft = "sft", Orpo = "orpo", Reward = "reward";

    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        [SimPO] = typeof(SimPOTrainer.Options), [Dpo] = typeof(DpoTrainer.Options), [Cpo] = typeof(CpoTrainer.Options), [Orpo] = typeof(OrpoTrainer.Options),
        [Kto] = typeof(KtoTrainer.Options), [Sft] = typeof(SftTrainer.Options), ["rrhf"] = typeof(RrhfTrainer.Options),
        ["slic_hf"] = typeof(SlicHfTrainer.Options), [Reward] = typeof(RewardTrainer.Options),
    };

    private static readonly string[] DpoSettings =
        ["ref_model_name_or_path", "f_divergence_type", "loss_weights", "sync_ref_model", "precompute_ref_log_probs", "ld_alpha", "discopop_tau", "rpo_alpha"];

    private static readonly string[] SftSettings =
        ["max_seq_length", "assistant_only_loss", "completion_only_loss", "packing", "packing_strategy", "eval_packing"];

    /// <summary>By what a recipe calls them.</summary>
    public static IReadOnlyCollection<string> Names => Types.Keys;

    /// <summary>The options of the method; null for a name that is none's.</summary>
    public static Type? Of(string name) => Types.GetValueOrDefault(name);

    /// <param name="losses">What <c>loss_type</c> lists.</param>
    /// <param name="splits">What <c>dataset_splits</c> lists.</param>
    /// <param name="has">Whether the recipe has a setting.</param>
    public static string Guess(IReadOnlyList<string> losses, IReadOnlyList<string> splits, Func<string, bool> has)
    {
        if (has("simpo_gamma") || losses.Contains(SimPO) || has("gamma_beta_ratio")) return SimPO;
        if (has("desirable_weight") || has("undesirable_weight") || losses is ["kto" or "apo_zero_unpaired"]) return Kto;
        if (has("cpo_alpha")) return Cpo;
        if (has("center_rewards_coefficient")) return Reward;
        if (DpoSettings.Any(has)) return Dpo;
        if (losses is ["nll" or "chunked_nll" or "dft"] || SftSettings.Any(has) || splits.Any(s => s.EndsWith("_sft", StringComparison.Ordinal))) return Sft;
        // A recipe of the SimPO repository's kind with another loss is a mistake; one of TRL's kind is DPO's.
        bool isOfDpo = losses.Count > 1 || losses is [not ("sigmoid" or "hinge")];
        return isOfDpo && !has("dataset_mixer") ? Dpo : SimPO;
    }
}
