using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Text.Gguf;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>The families that GGUF files are written and read of, as data.</summary>
internal static class GgufFamilies
{
    private static readonly GgufTokenizerRules LlamaTokenizer = new(ReadsPrefix: true), GemmaTokenizer = new(NeverPrefix: true);

    private static readonly GgufFamily[] Rows =
    [
        new("llama", "llama", "LlamaForCausalLM", k => k.Common(headSize: true).Type().Vocabulary())
        {
            Others = ["mistral"], TurnsPairs = true, Tokenizer = LlamaTokenizer, Read = r => r.Biases(),
        },
        new("qwen2", "qwen2", "Qwen2ForCausalLM", k => k.Common().Type()),
        new("qwen3", "qwen3", "Qwen3ForCausalLM", k => k.Common(headSize: true).Type()) { Read = r => r.Biases() },
        new("gemma2", "gemma2", "Gemma2ForCausalLM", k => k.Gemma2()) { Tokenizer = GemmaTokenizer, Read = r => r.Gemma(largeLayers: 46) },
        new("gemma3", "gemma3_text", "Gemma3ForCausalLM", k => k.Common(headSize: true).Type().Caps().Window())
        {
            Tokenizer = GemmaTokenizer, Read = r => r.Gemma(largeLayers: 62),
        },
        new("phi3", "phi3", "Phi3ForCausalLM", k => k.Phi3()) { Tokenizer = new(AddedAsTheyAre: true), Read = r => r.Phi3() },
        new("smollm3", "smollm3", "SmolLM3ForCausalLM", k => k.Common().Type().Vocabulary())
        {
            TurnsPairs = true, Tokenizer = LlamaTokenizer, Read = r => r.Biases(),
        },
        new("granite", "granite", "GraniteForCausalLM", k => k.Common().Type().Vocabulary().Scales())
        {
            TurnsPairs = true, Tokenizer = LlamaTokenizer, Read = r => r.Biases().Scales(),
        },
        new("olmo2", "olmo2", "Olmo2ForCausalLM", k => k.Common().Type()) { Read = r => r.Biases() },
    ];

    /// <summary>The table.</summary>
    public static IReadOnlyList<GgufFamily> All => Rows;

    /// <summary>How a family is written.</summary>
    /// <exception cref="NotSupportedException">It is not.</exception>
    public static GgufFamily OfModelType(string type) => Array.Find(Rows, r => r.ModelType == type || r.Others.Contains(type))
        ?? throw new NotSupportedException($"Models of model_type {Faults.Quote(type)} are not written as GGUF. Those that are: "
            + $"{string.Join(", ", Rows.SelectMany(r => r.Others.Prepend(r.ModelType)))}. "
            + "Use SaveCheckpoint, and convert that with llama.cpp's own converter.");

    /// <summary>The family of a file.</summary>
    /// <exception cref="InvalidDataException">The file does not say of which it is.</exception>
    /// <exception cref="NotSupportedException">It is of one that is not read.</exception>
    public static GgufFamily Of(GgufMetadata metadata)
    {
        string architecture = metadata.Text(GgufKeys.Architecture);
        return Array.Find(Rows, r => r.Architecture == architecture) ?? throw new NotSupportedException(
            $"'{metadata.Path}': key '{GgufKeys.Architecture}' is {Faults.Quote(architecture)}, which is not read. Those that are: "
            + $"{string.Join(", ", Rows.Select(r => r.Architecture))}. "
            + "Get the model in Hugging Face layout, with config.json, *.safetensors and tokenizer.json.");
    }
}
