using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>Writes what a model is as the metadata of a GGUF file, key by key in the order of llama.cpp's own converter.</summary>
/// <param name="architecture">What the model computes.</param>
/// <param name="config">Its configuration.</param>
/// <param name="prefix">What the keys begin with: the architecture as the file calls it.</param>
/// <param name="fileType">What most of the tensors are stored as, by llama.cpp's number.</param>
internal sealed class GgufModelKeys(DecoderArchitecture architecture, ModelConfig config, string prefix, int fileType)
{
    public List<(string Key, GgufValue Value)> Keys { get; } = [];

    private RotaryArchitecture Rotary => architecture.Rotaries[0];

    /// <param name="headSize">Whether the size of a head is written where the configuration leaves it out: its class fills it in.</param>
    public GgufModelKeys Common(bool headSize = false)
    {
        Size("block_count", architecture.Layers.Count);
        Size("context_length", architecture.MaxPositions);
        Size("embedding_length", architecture.HiddenSize);
        Size("feed_forward_length", architecture.IntermediateSize);
        Heads();
        Scaling();
        Number("rope.freq_base", Rotary.Base);
        if (architecture.Rotaries.Count > 1) Number("rope.freq_base_swa", architecture.Rotaries[1].Base);
        Epsilon();
        if (headSize || config.Has("head_dim")) HeadSize();
        return this;
    }

    public GgufModelKeys Gemma2()
    {
        Size("context_length", architecture.MaxPositions);
        Size("embedding_length", architecture.HiddenSize);
        Size("block_count", architecture.Layers.Count);
        Size("feed_forward_length", architecture.IntermediateSize);
        Heads();
        Epsilon();
        HeadSize();
        return Type().Caps().Window();
    }

    public GgufModelKeys Phi3()
    {
        Size("context_length", architecture.MaxPositions);
        Size("rope.scaling.original_context_length", config.GetInt32("original_max_position_embeddings", architecture.MaxPositions));
        Size("embedding_length", architecture.HiddenSize);
        Size("feed_forward_length", architecture.IntermediateSize);
        Size("block_count", architecture.Layers.Count);
        Heads();
        Epsilon();
        Size("rope.dimension_count", Rotary.Dimensions);
        Number("rope.freq_base", Rotary.Base);
        Type();
        return Window();
    }

    public GgufModelKeys Type()
    {
        Keys.Add(("general.file_type", GgufValue.UInt32(fileType)));
        return this;
    }

    public GgufModelKeys Vocabulary()
    {
        Size("vocab_size", architecture.VocabularySize);
        Size("rope.dimension_count", Rotary.Dimensions);
        return this;
    }

    public GgufModelKeys Caps()
    {
        if (architecture.AttentionSoftCap is { } attention) Number("attn_logit_softcapping", attention);
        if (architecture.LogitsSoftCap is { } logits) Number("final_logit_softcapping", logits);
        return this;
    }

    /// <summary>0 for none.</summary>
    public GgufModelKeys Window()
    {
        Size("attention.sliding_window", architecture.Layers.Max(l => l.Window) ?? 0);
        return this;
    }

    public GgufModelKeys Scales()
    {
        Number("attention.scale", architecture.AttentionScale);
        Number("embedding_scale", architecture.EmbeddingScale);
        Number("residual_scale", architecture.ResidualMultiplier);
        Number("logit_scale", architecture.LogitsScaling);
        return this;
    }

    private void Heads()
    {
        Size("attention.head_count", architecture.HeadCount);
        Size("attention.head_count_kv", architecture.KeyValueHeadCount);
    }

    private void HeadSize()
    {
        Size("attention.key_length", architecture.HeadDim);
        Size("attention.value_length", architecture.HeadDim);
    }

    private void Epsilon() => Number("attention.layer_norm_rms_epsilon", architecture.NormEpsilon);

    private void Scaling()
    {
        if (Rotary.Scaling is not (RotaryScaling.Linear or RotaryScaling.Yarn)) return;
        Keys.Add(($"{prefix}.rope.scaling.type", GgufValue.Text(Rotary.Scaling == RotaryScaling.Linear ? "linear" : "yarn")));
        Number("rope.scaling.factor", Rotary.Factor);
        if (Rotary.Scaling == RotaryScaling.Yarn) Size("rope.scaling.original_context_length", (long)Rotary.OriginalMaxPositions);
    }

    private void Size(string key, long value) => Keys.Add(($"{prefix}.{key}", GgufValue.UInt32(value)));

    private void Number(string key, double value) => Keys.Add(($"{prefix}.{key}", GgufValue.Float32(value)));
}
