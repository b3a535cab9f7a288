using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>
/// What a GGUF file has no key for, so that its readers take what is usual in the family: a model that is another is computed otherwise there.
/// </summary>
internal static class GgufDeviations
{
    /// <returns>A sentence for each.</returns>
    public static IEnumerable<string> Of(DecoderArchitecture architecture, GgufFamily family, ModelFiles files)
    {
        bool isGemma = family.Architecture is "gemma2" or "gemma3";
        Activation usual = isGemma ? Activation.GeluTanh : Activation.Silu;
        if (architecture.Activation != usual) yield return $"The MLP computes {architecture.Activation}; llama.cpp computes {usual}.";
        foreach (string sentence in Windows(architecture, family, isGemma)) yield return sentence;
        foreach (string sentence in Positions(architecture, family)) yield return sentence;
        if (isGemma)
        {
            int large = family.Architecture == "gemma2" ? 46 : 62;
            double scalar = architecture.Layers.Count == large ? architecture.HiddenSize / (double)architecture.HeadCount : architecture.HeadDim;
            if (Math.Abs(architecture.AttentionScale - Math.Pow(scalar, -0.5)) > 1e-9)
                yield return FormattableString.Invariant(
                    $"Attention is scaled by {architecture.AttentionScale:G6}; llama.cpp scales it by 1 / sqrt({scalar}).");
        }
        if (family.Architecture == "olmo2" && architecture.TiedHead) yield return "The head is the embedding; llama.cpp does not open an olmo2 without a head.";
        if (LostEnds(files) is { } ends) yield return ends;
    }

    private static IEnumerable<string> Windows(DecoderArchitecture architecture, GgufFamily family, bool isGemma)
    {
        IReadOnlyList<LayerArchitecture> layers = architecture.Layers;
        if (isGemma)
        {
            int every = family.Architecture == "gemma2" ? 2 : 6;
            if (layers.Select((l, i) => (l, i)).Any(p => p.l.Window is not null != ((p.i + 1) % every != 0)))
                yield return FormattableString.Invariant($"Not every {every}. layer alone sees the whole text; in llama.cpp it is so.");
        }
        else if (layers.Any(l => l.Window is { } window && window < architecture.MaxPositions))
            yield return FormattableString.Invariant(
                $"Attention sees {layers.Max(l => l.Window)} tokens; llama.cpp has no window in this family: longer texts are computed otherwise there.");
    }

    private static IEnumerable<string> Positions(DecoderArchitecture architecture, GgufFamily family)
    {
        RotaryArchitecture rotary = architecture.Rotaries[0];
        if (family.Architecture == "gemma2" && rotary.Base != 10_000)
            yield return FormattableString.Invariant($"`rope_theta` is {rotary.Base}; llama.cpp takes 10000 in a gemma2.");
        if (family.Architecture == "smollm3" && architecture.Layers.Select((l, i) => (l, i)).Any(p => p.l.Rotary is null != ((p.i + 1) % 4 == 0)))
            yield return "Not every 4. layer alone is without positions; in llama.cpp it is so.";
        bool isHeld = rotary.Scaling switch
        {
            RotaryScaling.None or RotaryScaling.Linear => family.Architecture is not ("gemma2" or "phi3") || rotary.Scaling == RotaryScaling.None,
            RotaryScaling.Llama3 => family.TurnsPairs,
            RotaryScaling.LongRope => family.Architecture == "phi3",
            RotaryScaling.Yarn => family.Architecture is not ("gemma2" or "phi3") && IsUsualYarn(rotary),
            _ => false,
        };
        if (!isHeld)
            yield return $"Positions are stretched by {rotary.Scaling}, with numbers that the format does not hold for this family: llama.cpp computes others.";
    }

    private static bool IsUsualYarn(RotaryArchitecture rotary) => rotary is { BetaFast: 32, BetaSlow: 1, Truncate: true }
        && Math.Abs(rotary.AttentionFactor - (rotary.Factor <= 1 ? 1 : (0.1 * Math.Log(rotary.Factor)) + 1)) < 1e-6;

    /// <summary>The file has one token that ends an answer.</summary>
    private static string? LostEnds(ModelFiles files)
    {
        IReadOnlyList<int> ends = new HubFolder(files).EosTokenIds;
        if (ends.Count < 2) return null;
        string ids = string.Join(", ", ends.Select(id => FormattableString.Invariant($"{id}")));
        return $"An answer ends with any of the tokens {ids}; the file names one, that of tokenizer_config.json. llama.cpp knows further ones by what they "
            + "are called.";
    }
}
