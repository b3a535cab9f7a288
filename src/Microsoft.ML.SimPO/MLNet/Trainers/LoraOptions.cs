using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Options of LoRA (Hu et al. 2021, arXiv 2106.09685): the model's weights W stay frozen, and what is trained is a low-rank update of each linear layer,
/// y = x W^T + s (x A^T) B^T with A [rank, in] and B [out, rank]. A begins random, B zero: the untrained adapter changes nothing.
/// </summary>
public sealed class LoraOptions
{
    /// <summary>The inner size of the updates. At least 1, usually 8 to 64; default 16.</summary>
    [SweepRange(4, 64, LogScale = true)]
    public int Rank { get; set; } = 16;

    /// <summary>The numerator of the scaling s = Alpha / Rank. Above 0, usually once or twice the rank; default 32.</summary>
    public double Alpha { get; set; } = 32;

    /// <summary>Rank-stabilised LoRA (arXiv 2312.03732): s = Alpha / sqrt(Rank), which keeps large ranks learning. Default false.</summary>
    public bool UseRslora { get; set; }

    /// <summary>
    /// The linear layers with an update: names such as <c>q_proj</c> or <c>mlp.down_proj</c>, each of which means every layer that ends in it, or "all-linear"
    /// alone for all but the head. Default "all-linear".
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; set; } = [AdapterTargets.AllLinear];

    /// <summary>
    /// Modules that are trained whole and stored with the adapter, such as <c>embed_tokens</c> and <c>lm_head</c>, where these are not tied to each other, or norms.
    /// Default none.
    /// </summary>
    public IReadOnlyList<string> ModulesToSave { get; set; } = [];

    /// <summary>All options in a line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"rank {Rank}, alpha {Alpha}{(UseRslora ? ", rank-stabilised" : "")} on {string.Join(", ", TargetModules)}{(ModulesToSave.Count == 0 ? "" : $" with {string.Join(", ", ModulesToSave)} whole")}");

    internal LoraOptions Copy() => new() { Rank = Rank, Alpha = Alpha, UseRslora = UseRslora, TargetModules = [.. TargetModules ?? []], ModulesToSave = [.. ModulesToSave ?? []] };

    internal IEnumerable<string> Faults()
    {
        if (Rank < 1) yield return FormattableString.Invariant($"`Lora.Rank` must be at least 1, but was {Rank}. Use 8 to 64.");
        if (!(Alpha > 0 && double.IsFinite(Alpha))) yield return FormattableString.Invariant($"`Lora.Alpha` must be greater than 0, but was {Alpha}. Use once or twice the rank.");
        if (TargetModules.Count == 0) yield return "`Lora.TargetModules` must name a module, but was empty. Use \"all-linear\" for all linear layers.";
        else if (TargetModules.Any(string.IsNullOrWhiteSpace)) yield return "`Lora.TargetModules` must hold names of modules, but one was empty.";
        else if (TargetModules.Count > 1 && TargetModules.Contains(AdapterTargets.AllLinear)) yield return $"`Lora.TargetModules` must hold \"all-linear\" alone, but was {string.Join(", ", TargetModules)}.";
        if (ModulesToSave.Any(string.IsNullOrWhiteSpace)) yield return "`Lora.ModulesToSave` must hold names of modules, but one was empty.";
    }

    /// <param name="baseModel">Where the model lies; null where that is not known.</param>
    internal AdapterConfig Config(string? baseModel) => new()
    {
        Rank = Rank,
        Alpha = Alpha,
        RankStabilized = UseRslora,
        Targets = TargetModules is [AdapterTargets.AllLinear] ? AdapterTargets.Parse(AdapterTargets.AllLinear) : AdapterTargets.ByName(TargetModules),
        ModulesToSave = ModulesToSave,
        BaseModel = baseModel,
    };
}
