using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO;

public class ParameterTotalsTests
{
    /// <summary>Three dense layers, one of them with a window, and three with experts.</summary>
    private static readonly DecoderArchitecture Mixed = RandomDecoder.Architecture with
    {
        Layers =
        [
            new(null, 0), new(4, 0), new(null, 0), Sparse(4), Sparse(4), Sparse(8),
        ],
    };

    public static TheoryData<string> Adapters => ["none", "all-linear", "names", "layers", "pattern", "saved", "ranks"];

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Counting_a_kind_of_layer_once_is_counting_every_layer(string adapter)
    {
        AdapterConfig? config = adapter == "none" ? null : ConfigOf(adapter);
        using Decoder whole = Decoder.Described(Mixed, new LayerNames());
        if (config is not null) whole.Attach(AdapterLayout.Of(whole, config, "test", strict: true));
        ParameterTotals found = ParameterTotals.Of(Mixed, new LayerNames(), config, "test", strict: true);
        Assert.Equal(ParameterTotals.Of(whole), found);
        Assert.Equal(whole.ParameterCount, found.Model);
        Assert.Equal(whole.Trainable.Sum(p => p.Count), found.Trained);
        Assert.Equal(whole.Trainable.Max(p => p.Count), found.Largest);
    }

    /// <summary>94 layers of 128 experts are 36,000 matrices: none of them is made.</summary>
    [Fact]
    public void Thousands_of_experts_are_no_work()
    {
        using var folder = new TempFolder();
        folder.Write("config.json", """
            {"model_type": "qwen3_moe", "attention_bias": false, "decoder_sparse_step": 1, "head_dim": 128, "hidden_act": "silu", "hidden_size": 4096,
             "intermediate_size": 12288, "max_position_embeddings": 40960, "mlp_only_layers": [], "moe_intermediate_size": 1536, "norm_topk_prob": true,
             "num_attention_heads": 64, "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 94, "num_key_value_heads": 4,
             "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "vocab_size": 151936}
            """);
        var context = new MLContext();
        context.Alignment.DescribeModel(folder.Path); // what is made once is there
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelDescription found = context.Alignment.DescribeModel(folder.Path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        Assert.Equal(235_093_634_560, found.Parameters);
    }

    private static LayerArchitecture Sparse(int experts) => new(null, 0, new ExpertArchitecture(experts, 2, 24, Renormalizes: false));

    private static AdapterConfig ConfigOf(string adapter)
    {
        var plain = new AdapterConfig { Rank = 3, Alpha = 6, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) };
        return adapter switch
        {
            "names" => plain with { Targets = AdapterTargets.ByName(["q_proj", "down_proj"]) },
            "layers" => plain with { Targets = AdapterTargets.ByName(["q_proj"]).InLayers([1, 4], []) },
            "pattern" => plain with { Targets = AdapterTargets.Parse(@".*layers\.[35]\..*_proj") },
            "saved" => plain with { ModulesToSave = ["model.norm", "input_layernorm"] },
            "ranks" => plain with { RankPattern = ModuleNumbers.Of([KeyValuePair.Create(@"layers\.\d\.self_attn\.v_proj", 5.0)]) },
            _ => plain,
        };
    }
}
