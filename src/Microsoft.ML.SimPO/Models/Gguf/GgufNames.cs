using System.Globalization;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>What the tensors of a model are called in a GGUF file.</summary>
internal sealed class GgufNames
{
    public const string Embedding = "token_embd.weight", Head = "output.weight", RotaryFactors = "rope_freqs.weight";

    public const string LongFactors = "rope_factors_long.weight", ShortFactors = "rope_factors_short.weight";

    private readonly Dictionary<string, (string Name, int Heads)> _byModule = new(StringComparer.Ordinal);

    public GgufNames(DecoderArchitecture architecture, LayerNames names, bool turnsPairs)
    {
        Add(names.Prefix + names.Embedding, "token_embd");
        Add(names.Prefix + names.FinalNorm, "output_norm");
        Add(names.Head, "output");
        for (int i = 0; i < architecture.Layers.Count; i++)
            foreach ((string module, string name, int heads) in OfLayer(architecture, names, turnsPairs))
                Add(string.Create(CultureInfo.InvariantCulture, $"{names.Prefix}layers.{i}.{module}"),
                    string.Create(CultureInfo.InvariantCulture, $"blk.{i}.{name}"), heads);
    }

    /// <summary>The name of a tensor, and how many heads' rows of it are written in another order; null for one that has no part there.</summary>
    /// <param name="tensor">As Hugging Face has it.</param>
    public (string Name, int Heads)? Of(string tensor)
    {
        int dot = tensor.LastIndexOf('.');
        return dot > 0 && _byModule.TryGetValue(tensor[..dot], out (string Name, int Heads) known) ? (known.Name + tensor[dot..], known.Heads) : null;
    }

    /// <summary>Hugging Face's names, with what they are called in a GGUF file: of each module its weight and its bias.</summary>
    public IEnumerable<(string Name, string Tensor, int Heads)> All => _byModule.SelectMany(m => new[] { ".weight", ".bias" }
        .Select(part => (m.Value.Name + part, m.Key + part, m.Value.Heads)));

    private void Add(string module, string name, int heads = 0) => _byModule.Add(module, (name, heads));

    private static IEnumerable<(string Module, string Name, int Heads)> OfLayer(DecoderArchitecture architecture, LayerNames names, bool turnsPairs)
    {
        int queries = turnsPairs ? architecture.HeadCount : 0, keys = turnsPairs ? architecture.KeyValueHeadCount : 0;
        if (architecture.InputNorms)
        {
            yield return (names.InputNorm, "attn_norm", 0);
            yield return (names.MlpNorm, "ffn_norm", 0);
        }
        if (architecture.OutputNorms)
        {
            yield return (names.AttentionOutputNorm, "post_attention_norm", 0);
            yield return (names.MlpOutputNorm, "post_ffw_norm", 0);
        }
        if (names.QueryKeyValue.Count == 1) yield return (names.QueryKeyValue[0], "attn_qkv", 0);
        else
        {
            yield return (names.QueryKeyValue[0], "attn_q", queries);
            yield return (names.QueryKeyValue[1], "attn_k", keys);
            yield return (names.QueryKeyValue[2], "attn_v", 0);
        }
        yield return (names.QueryNorm, "attn_q_norm", 0);
        yield return (names.KeyNorm, "attn_k_norm", 0);
        yield return (names.AttentionOutput, "attn_output", 0);
        if (names.GateUp.Count > 1) yield return (names.GateUp[0], "ffn_gate", 0);
        yield return (names.GateUp[^1], "ffn_up", 0);
        yield return (names.Down, "ffn_down", 0);
    }
}
