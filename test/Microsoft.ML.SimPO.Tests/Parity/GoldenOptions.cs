using System.Text.Json;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The hyper-parameters of a golden run as a user would set them: which trainer, and the method's own options.</summary>
internal static class GoldenOptions
{
    /// <summary>Options with the method's own alone; null for a method that the library does not have.</summary>
    /// <param name="method">As the golden names it: <c>simpo</c>, <c>cpo-ipo</c>, ...</param>
    /// <param name="isTrl">Whether it is a run of TRL; else of the SimPO reference.</param>
    public static PreferenceTrainerOptions? Of(string method, bool isTrl, JsonElement hyper)
    {
        double Hyper(string name) => hyper.GetProperty(name).GetDouble();
        double Or(string name, double other) => hyper.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : other;
        string loss = hyper.TryGetProperty("loss_type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "";
        return ReferencedGolden.Bare(method).Split('-')[0] switch
        {
            "simpo" or "alphapo" => new SimPOTrainer.Options
            {
                Beta = (float)Hyper("beta"),
                GammaBetaRatio = (float)(isTrl ? Hyper("simpo_gamma") / Hyper("beta") : Hyper("gamma_beta_ratio")),
                LossType = loss == "hinge" ? SimPOLossType.Hinge : SimPOLossType.Sigmoid,
                LabelSmoothing = (float)Hyper("label_smoothing"),
                SftWeight = (float)Hyper(isTrl ? "cpo_alpha" : "sft_weight"),
                Alpha = loss == "alphapo" ? (float)Hyper("alpha") : 0,
            },
            "cpo" => new CpoTrainer.Options
            {
                Beta = (float)Hyper("beta"),
                LossType = Enum.Parse<CpoLossType>(loss, ignoreCase: true),
                LabelSmoothing = (float)Or("label_smoothing", 0),
                NllWeight = (float)Hyper("cpo_alpha"),
            },
            "orpo" => new OrpoTrainer.Options { Beta = (float)Hyper("beta") },
            "sft" => new SftTrainer.Options
            {
                Tokens = hyper.GetProperty("completion_only_loss").GetBoolean() ? SftTokens.Answers : SftTokens.All,
                LossType = loss == "dft" ? SftLossType.Dft : SftLossType.Nll,
                Packing = hyper.TryGetProperty("packing", out JsonElement packing) && packing.GetBoolean(),
            },
            "reward" => new RewardTrainer.Options { CenterRewardsCoefficient = (float)Or("center_rewards_coefficient", 0) },
            _ => null,
        };
    }
}
