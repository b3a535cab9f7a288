using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO;

/// <summary>The table of families as users see it: what stands there is read from the rows that compute.</summary>
internal static class SupportedModelTable
{
    public static IReadOnlyList<SupportedModel> All() => [.. ModelFamilies.All.Select(f => new SupportedModel(f.ModelType, f.Title, LayersOf(f)))];

    /// <summary>Of a model that its class's defaults describe; LFM2's would have attention alone.</summary>
    private static string LayersOf(ModelFamily family)
    {
        ModelConfig config = ModelConfig.Parse(Encoding.UTF8.GetBytes($$"""{"model_type": "{{family.ModelType}}", "full_attn_idxs": [0]}"""), ModelConfig.FileName);
        IReadOnlyList<LayerArchitecture> layers = family.Read(config).Layers;
        List<string> parts = [];
        if (layers.Any(l => l.HasAttention && l.Window is not null)) parts.Add("sliding attention");
        if (layers.Any(l => l.HasAttention && l.Window is null)) parts.Add("attention");
        if (layers.Any(l => l.Convolution is not null)) parts.Add("short convolutions");
        if (layers.Any(l => l.DeltaRule is not null)) parts.Add("gated delta rule");
        if (layers.Any(l => l.Experts is not null)) parts.Add("experts");
        return string.Join(", ", parts);
    }
}
