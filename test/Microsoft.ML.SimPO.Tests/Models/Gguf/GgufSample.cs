using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>A model of one layer and 16 tokens as a GGUF file: whole, and small enough to be read thousands of times.</summary>
internal static class GgufSample
{
    private const int Hidden = 32, Tokens = 16;

    /// <summary>In the order of the file.</summary>
    public static IReadOnlyList<(string Key, GgufValue Value)> Metadata { get; } =
    [
        ("general.architecture", GgufValue.Text("llama")),
        ("general.name", GgufValue.Text("sample")),
        ("general.alignment", GgufValue.UInt32(32)),
        ("llama.block_count", GgufValue.UInt32(1)),
        ("llama.context_length", GgufValue.UInt32(64)),
        ("llama.embedding_length", GgufValue.UInt32(Hidden)),
        ("llama.feed_forward_length", GgufValue.UInt32(Hidden)),
        ("llama.attention.head_count", GgufValue.UInt32(2)),
        ("llama.attention.layer_norm_rms_epsilon", GgufValue.Float32(1e-5)),
        ("llama.rope.freq_base", GgufValue.Float32(10_000)),
        ("tokenizer.ggml.model", GgufValue.Text("llama")),
        ("tokenizer.ggml.tokens", GgufValue.Texts(["<unk>", "<s>", "</s>", "▁", "a", "b", "c", "▁a", "ab", "bc", "abc", "d", "e", "de", "f", "▁f"])),
        ("tokenizer.ggml.scores", GgufValue.Float32s([.. Enumerable.Range(0, Tokens).Select(i => -(float)i)])),
        ("tokenizer.ggml.token_type", GgufValue.Int32s([2, 3, 3, .. Enumerable.Repeat(1L, Tokens - 3)])),
        ("tokenizer.ggml.bos_token_id", GgufValue.UInt32(1)),
        ("tokenizer.ggml.eos_token_id", GgufValue.UInt32(2)),
    ];

    /// <summary>In the order of the file, with every kind of storage that is written.</summary>
    public static IReadOnlyList<GgufOutput> Tensors { get; } =
    [
        Tensor("token_embd.weight", "Q4_1", Tokens, Hidden), Tensor("output_norm.weight", "F32", Hidden), Tensor("output.weight", "Q4_0", Tokens, Hidden),
        Tensor("blk.0.attn_norm.weight", "F32", Hidden), Tensor("blk.0.attn_q.weight", "Q8_0", Hidden, Hidden),
        Tensor("blk.0.attn_k.weight", "Q8_0", Hidden, Hidden), Tensor("blk.0.attn_v.weight", "F16", Hidden, Hidden),
        Tensor("blk.0.attn_output.weight", "BF16", Hidden, Hidden), Tensor("blk.0.ffn_norm.weight", "F32", Hidden),
        Tensor("blk.0.ffn_gate.weight", "Q4_0", Hidden, Hidden), Tensor("blk.0.ffn_up.weight", "Q4_1", Hidden, Hidden),
        Tensor("blk.0.ffn_down.weight", "Q8_0", Hidden, Hidden),
    ];

    /// <summary>Writes the file with some keys changed: a null takes one away, what is not there comes last.</summary>
    /// <returns>Its path.</returns>
    public static string Write(TempFolder folder, params (string Key, GgufValue? Value)[] changes)
    {
        var metadata = Metadata.Where(k => changes.All(c => c.Key != k.Key || c.Value is not null))
            .Select(k => changes.FirstOrDefault(c => c.Key == k.Key) is { Value: { } value } ? (k.Key, value) : k)
            .Concat(changes.Where(c => c.Value is not null && Metadata.All(k => k.Key != c.Key)).Select(c => (c.Key, c.Value!)));
        string path = folder.File("sample.gguf");
        GgufWriter.Write(path, [.. metadata], Tensors);
        return path;
    }

    private static GgufOutput Tensor(string name, string codec, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, size) => product * size);
        var random = new Random(name.Length + count);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f)];
        return new GgufOutput(name, new TensorSource(name, shape, sink => sink.Write(values)), BlockCodecs.Named(codec));
    }
}
