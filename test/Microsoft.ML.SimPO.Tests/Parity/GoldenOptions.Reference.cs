namespace Microsoft.ML.SimPO.Parity;

/// <content>Methods with a reference model.</content>
internal static partial class GoldenOptions
{
    /// <summary>What TRL 1.16 takes label smoothing for; with the others it is passed over in silence, which is a fault that is not the default here.</summary>
    private static readonly string[] Smoothed = ["robust", "exo_pair", "aot", "aot_unpaired"];

    private static KtoTrainer.Options Kto(Run run) => new()
    {
        Beta = (float)run.Number("beta", 0.1),
        LossType = run.Loss == "apo_zero_unpaired" ? KtoLossType.ApoZeroUnpaired : KtoLossType.Kto,
        DesirableWeight = (float)run.Number("desirable_weight", 1),
        UndesirableWeight = (float)run.Number("undesirable_weight", 1),
    };

    private static DpoTrainer.Options Dpo(Run run)
    {
        DpoLossType[] types = [.. run.Losses.Select(n => Enum.Parse<DpoLossType>(n.Replace("_", "", StringComparison.Ordinal), ignoreCase: true))];
        double[] weights = run.LossWeights ?? [.. types.Select(_ => 1.0)];
        bool isPlain = types.Length == 1 && weights[0] == 1, smooths = !run.IsTrl116 || run.Losses.Any(Smoothed.Contains);
        return new DpoTrainer.Options
        {
            Beta = (float)run.Number("beta", 0.1),
            LossType = isPlain ? types[0] : DpoLossType.Sigmoid,
            Mix = isPlain ? null : new DpoMix([.. types.Zip(weights)]),
            LabelSmoothing = smooths ? (float)run.Number("label_smoothing", 0) : 0,
            DiscoPopTau = (float)run.Number("discopop_tau", 0.05),
            Divergence = run.Text("f_divergence_type", "reverse_kl") switch
            {
                "forward_kl" => FDivergence.ForwardKl,
                "js_divergence" => FDivergence.JensenShannon,
                "alpha_divergence" => FDivergence.Alpha,
                "reverse_kl" => FDivergence.ReverseKl,
                var other => throw new NotSupportedException($"There is no divergence '{other}'."),
            },
            DivergenceAlpha = (float)run.Number("f_alpha_divergence_coef", 0.5),
            LengthDesensitization = (float)run.Number("ld_alpha", 1),
            SyncReferenceSteps = run.Flag("sync_ref_model", false) ? (int)run.Number("ref_model_sync_steps", 512) : 0,
            ReferenceMixup = run.Number("ref_model_mixup_alpha", 0.6),
            WeighsPairs = run.Flag("use_weighting", false),
        };
    }
}
