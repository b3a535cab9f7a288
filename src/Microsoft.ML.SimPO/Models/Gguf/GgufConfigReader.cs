using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models.Rotary;
using Microsoft.ML.SimPO.Text.Gguf;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>
/// Makes of a GGUF file the configuration of a model as Hugging Face has it. What the file does not say is what the family usually is: its activation, which of
/// its layers slide or have no positions.
/// </summary>
internal sealed class GgufConfigReader
{
    private static readonly string[] Sizes =
        ["block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count"];

    private readonly GgufFile _file;
    private readonly GgufFamily _family;
    private readonly Dictionary<string, GgufTensor> _tensors;
    private readonly JsonObject _config = [];

    private GgufConfigReader(GgufFile file, GgufFamily family)
    {
        (_file, _family) = (file, family);
        _tensors = file.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    private GgufMetadata Metadata => _file.Metadata;

    private int Layers => Size("block_count");

    private int Hidden => Size("embedding_length");

    private int Heads => Size("attention.head_count");

    private int HeadSize => SizeOrNull("attention.key_length") ?? Hidden / Heads;

    /// <summary>config.json</summary>
    /// <exception cref="InvalidDataException">A key is missing or cannot be used; those of sizes are named all at once.</exception>
    public static ModelFile Read(GgufFile file, GgufFamily family)
    {
        var reader = new GgufConfigReader(file, family);
        reader.CheckSizes();
        reader.Common();
        family.Read?.Invoke(reader);
        return new ModelFile(ModelConfig.FileName, Encoding.UTF8.GetBytes(reader._config.ToJsonString()));
    }

    /// <summary>A projection has a bias where the file has one of it.</summary>
    public GgufConfigReader Biases()
    {
        _config["attention_bias"] = _tensors.ContainsKey("blk.0.attn_q.bias");
        if (_family.TurnsPairs) _config["mlp_bias"] = _tensors.ContainsKey("blk.0.ffn_down.bias");
        return this;
    }

    /// <param name="largeLayers">So many layers has the size whose attention is scaled by another number.</param>
    public void Gemma(int largeLayers)
    {
        _config["query_pre_attn_scalar"] = Layers == largeLayers ? Hidden / Heads : HeadSize;
        if (SizeOrNull("attention.sliding_window") is { } window) _config["sliding_window"] = window;
        Copy("attn_logit_softcapping", "attn_logit_softcapping");
        Copy("final_logit_softcapping", "final_logit_softcapping");
        Copy("rope.freq_base_swa", "rope_local_base_freq");
    }

    public void Phi3()
    {
        _config["sliding_window"] = SizeOrNull("attention.sliding_window") is > 0 and var window ? window : null;
        int turned = SizeOrNull("rope.dimension_count") ?? HeadSize;
        _config["partial_rotary_factor"] = turned / (double)HeadSize;
        int original = SizeOrNull("rope.scaling.original_context_length") ?? Size("context_length");
        _config["original_max_position_embeddings"] = original;
        if (!_tensors.ContainsKey(GgufNames.LongFactors)) return;
        var scaling = new JsonObject
        {
            ["type"] = "longrope", ["short_factor"] = Numbers(Values(GgufNames.ShortFactors)), ["long_factor"] = Numbers(Values(GgufNames.LongFactors)),
        };
        double longer = Size("context_length") / (double)original;
        double usual = longer <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(longer) / Math.Log(original)));
        if (NumberOrNull("rope.scaling.attn_factor") is { } factor && Math.Abs(factor - usual) > 1e-6 * usual) scaling["attention_factor"] = Short(factor);
        _config["rope_scaling"] = scaling;
    }

    public GgufConfigReader Scales()
    {
        Copy("attention.scale", "attention_multiplier");
        Copy("embedding_scale", "embedding_multiplier");
        Copy("residual_scale", "residual_multiplier");
        Copy("logit_scale", "logits_scaling");
        return this;
    }

    private void CheckSizes()
    {
        var faults = new Faults($"'{_file.Path}'");
        foreach (string size in Sizes)
        {
            try
            {
                _ = Metadata.Positive(Key(size));
            }
            catch (InvalidDataException e)
            {
                faults.Add(e.Message[(e.Message.IndexOf(": key", StringComparison.Ordinal) + 2)..]);
            }
        }
        faults.ThrowIfAny();
        if (HeadSize < 1) throw Metadata.Wrong(Key("attention.head_count"), "such that a head has a size", FormattableString.Invariant($"{Heads}"));
    }

    private void Common()
    {
        int tokens = Metadata.Texts(GgufKeys.Tokens).Length;
        if (_tensors.TryGetValue(GgufNames.Embedding, out GgufTensor? embedding) && embedding.Shape[0] != tokens)
            throw Metadata.Wrong(GgufKeys.Tokens, FormattableString.Invariant($"a list of {embedding.Shape[0]}, one for each row of '{GgufNames.Embedding}'"),
                FormattableString.Invariant($"one of {tokens}"));
        if (SizeOrNull("attention.value_length") is { } values && values != HeadSize)
            throw Metadata.Wrong(
                Key("attention.value_length"), FormattableString.Invariant($"the size of a head, {HeadSize}"), FormattableString.Invariant($"{values}"));
        _config["architectures"] = new JsonArray(_family.ClassName);
        _config["model_type"] = _family.ModelType;
        _config["vocab_size"] = SizeOrNull("vocab_size") ?? tokens;
        _config["hidden_size"] = Hidden;
        _config["intermediate_size"] = Size("feed_forward_length");
        _config["num_hidden_layers"] = Layers;
        _config["num_attention_heads"] = Heads;
        _config["num_key_value_heads"] = SizeOrNull("attention.head_count_kv") ?? Heads;
        if (SizeOrNull("attention.key_length") is { } size) _config["head_dim"] = size;
        _config["max_position_embeddings"] = Size("context_length");
        _config["rms_norm_eps"] = Short(NumberOrNull("attention.layer_norm_rms_epsilon")
            ?? throw new InvalidDataException($"'{_file.Path}': key '{Key("attention.layer_norm_rms_epsilon")}' is missing; a number is expected."));
        _config["rope_theta"] = Short(NumberOrNull("rope.freq_base") ?? 10_000);
        _config["tie_word_embeddings"] = !_tensors.ContainsKey(GgufNames.Head);
        _config["torch_dtype"] = Metadata.SizeOrNull("general.file_type") switch { 1 => "float16", 32 => "bfloat16", _ => "float32" };
        foreach ((string role, string key) in new[] { ("bos", "bos"), ("eos", "eos"), ("pad", "padding") })
            _config[$"{role}_token_id"] = Metadata.SizeOrNull($"{GgufKeys.Tokenizer}{key}_token_id");
        Scaling();
    }

    private void Scaling()
    {
        switch (Metadata.TextOrNull(Key("rope.scaling.type")))
        {
            case "linear":
                _config["rope_scaling"] = new JsonObject { ["rope_type"] = "linear", ["factor"] = Short(NumberOrNull("rope.scaling.factor") ?? 1) };
                break;
            case "yarn":
                _config["rope_scaling"] = new JsonObject
                {
                    ["rope_type"] = "yarn", ["factor"] = Short(NumberOrNull("rope.scaling.factor") ?? 1),
                    ["original_max_position_embeddings"] = SizeOrNull("rope.scaling.original_context_length") ?? Size("context_length"),
                };
                break;
        }
        if (_tensors.ContainsKey(GgufNames.RotaryFactors)) _config["rope_scaling"] = OfFactors(Values(GgufNames.RotaryFactors));
    }

    /// <summary>The scaling that Llama 3 has, or one that divides by the same numbers.</summary>
    private JsonObject OfFactors(float[] factors) =>
        GgufRotaryFactors.Find(factors, NumberOrNull("rope.freq_base") ?? 10_000) is { } llama3
            ? new JsonObject
            {
                ["rope_type"] = "llama3", ["factor"] = llama3.Factor, ["low_freq_factor"] = llama3.LowFrequencyFactor,
                ["high_freq_factor"] = llama3.HighFrequencyFactor, ["original_max_position_embeddings"] = (int)llama3.OriginalMaxPositions,
            }
            : new JsonObject
            {
                ["rope_type"] = "longrope", ["short_factor"] = Numbers(factors), ["long_factor"] = Numbers(factors),
                ["original_max_position_embeddings"] = Size("context_length"),
            };

    private unsafe float[] Values(string name)
    {
        if (!_tensors.TryGetValue(name, out GgufTensor? tensor)) throw new InvalidDataException($"'{_file.Path}': tensor '{name}' is missing.");
        if (tensor.Count > HeadSize)
            throw new InvalidDataException(FormattableString.Invariant(
                $"'{_file.Path}': tensor '{name}' has {tensor.Count} values; {HeadSize / 2} are expected."));
        byte[] bytes = new byte[tensor.ByteLength];
        fixed (byte* first = bytes) _file.Read(first, bytes.Length, tensor.Offset);
        var values = new float[tensor.Count];
        tensor.Codec.Decode(bytes, values);
        return Array.TrueForAll(values, float.IsFinite)
            ? values : throw new InvalidDataException($"'{_file.Path}': tensor '{name}' holds what is no finite number.");
    }

    private static JsonArray Numbers(float[] values) => [.. values.Select(value => JsonValue.Create(Short(value)))];

    private void Copy(string key, string field)
    {
        if (NumberOrNull(key) is { } number) _config[field] = Short(number);
    }

    /// <summary>The shortest number that is written in the same 32 bits: 1e-5, where they are 9.99999974e-6.</summary>
    private static double Short(double number) =>
        double.Parse(((float)number).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private string Key(string name) => $"{_family.Architecture}.{name}";

    private int Size(string name) => Metadata.Size(Key(name));

    private int? SizeOrNull(string name) => Metadata.SizeOrNull(Key(name));

    private double? NumberOrNull(string name) => Metadata.NumberOrNull(Key(name));
}
