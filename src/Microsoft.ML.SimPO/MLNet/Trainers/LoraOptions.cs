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
    [Option("lora_r", OptionEffect.Steps, AtLeast = 1, Use = "8 to 64"), SweepRange(4, 64, LogScale = true)]
    public int Rank { get; set; } = 16;

    /// <summary>The numerator of the scaling s = Alpha / Rank. Above 0, usually once or twice the rank; default 32.</summary>
    [Option("lora_alpha", OptionEffect.Steps, Above = 0, Use = "once or twice the rank")]
    public double Alpha { get; set; } = 32;

    /// <summary>Rank-stabilised LoRA (arXiv 2312.03732): s = Alpha / sqrt(Rank), which keeps large ranks learning. Default false.</summary>
    [Option("use_rslora", OptionEffect.Steps)]
    public bool UseRslora { get; set; }

    /// <summary>
    /// The linear layers with an update: names such as <c>q_proj</c> or <c>mlp.down_proj</c>, each of which means every layer that ends in it, or "all-linear"
    /// alone for all but the head. Where a checkpoint holds the experts of a layer in one tensor, that and the names of an expert's projections mean all of
    /// them, as in PEFT (<c>target_parameters</c>), with twice the rank where two projections are one. Default "all-linear".
    /// </summary>
    [Option("lora_target_modules", OptionEffect.Steps)]
    public IReadOnlyList<string> TargetModules { get; set; } = [AdapterTargets.AllLinear];

    /// <summary>
    /// Modules that are trained whole and stored with the adapter, such as <c>embed_tokens</c> and <c>lm_head</c>, where these are not tied to each other, or
    /// norms. Default none.
    /// </summary>
    [Option("lora_modules_to_save", OptionEffect.Steps)]
    public IReadOnlyList<string> ModulesToSave { get; set; } = [];

    /// <summary>
    /// Dropout of the adapter's input, which is not done: 0 alone is possible. Both answers of a pair share the computation of their prompt, and how a step is
    /// cut into passes changes nothing; neither would hold with a random mask. Default 0.
    /// </summary>
    [Option("lora_dropout", OptionEffect.None)]
    public double Dropout { get; set; }

    /// <summary>All options in a line.</summary>
    public override string ToString()
    {
        string whole = ModulesToSave.Count == 0 ? "" : $" with {string.Join(", ", ModulesToSave)} whole";
        string dropout = Dropout == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", dropout {Dropout}");
        return string.Create(CultureInfo.InvariantCulture,
            $"rank {Rank}, alpha {Alpha}{(UseRslora ? ", rank-stabilised" : "")} on {string.Join(", ", TargetModules)}{whole}{dropout}");
    }

    internal LoraOptions Copy()
    {
        var copy = (LoraOptions)MemberwiseClone();
        (copy.TargetModules, copy.ModulesToSave) = ([.. TargetModules ?? []], [.. ModulesToSave ?? []]); // lists may be changed by whoever made them
        return copy;
    }

    internal IEnumerable<string> Faults()
    {
        foreach (string fault in OptionProperty.Of(typeof(LoraOptions)).Select(o => o.Fault(this, "Lora.")).OfType<string>()) yield return fault;
        if (Dropout != 0)
        {
            yield return FormattableString.Invariant($"`Lora.Dropout` must be 0, but was {Dropout}: both answers of a pair share the computation of their ")
                + "prompt, which a random mask would part. Against overfitting use fewer `Epochs` or a lower `Lora.Rank`.";
        }
        if (TargetModules.Count == 0) yield return "`Lora.TargetModules` must name a module, but was empty. Use \"all-linear\" for all linear layers.";
        else if (TargetModules.Any(string.IsNullOrWhiteSpace)) yield return "`Lora.TargetModules` must hold names of modules, but one was empty.";
        else if (TargetModules.Count > 1 && TargetModules.Contains(AdapterTargets.AllLinear))
            yield return $"`Lora.TargetModules` must hold \"all-linear\" alone, but was {string.Join(", ", TargetModules)}.";
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
