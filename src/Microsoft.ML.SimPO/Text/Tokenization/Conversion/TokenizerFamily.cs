using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>What a class of transformers makes of vocabulary files: the name that tokenizer_config.json gives, else that of the model's type.</summary>
/// <param name="Kind">How its texts are cut.</param>
/// <param name="Roles">Its tokens where no file names them.</param>
internal sealed record TokenizerFamily(FamilyKind Kind, IReadOnlyDictionary<string, string> Roles)
{
    private static readonly TokenizerFamily Llama = new(FamilyKind.Llama, Of(bos: "<s>", eos: "</s>", unk: "<unk>"));
    private static readonly TokenizerFamily Gemma = new(FamilyKind.Gemma, Of("<bos>", "<eos>", "<unk>", "<pad>"));
    private static readonly TokenizerFamily T5 = new(FamilyKind.T5, Of(eos: "</s>", unk: "<unk>", pad: "<pad>"));
    private static readonly TokenizerFamily Gpt2 = new(FamilyKind.Gpt2, Of("<|endoftext|>", "<|endoftext|>", "<|endoftext|>"));
    private static readonly TokenizerFamily Qwen2 = new(FamilyKind.Qwen2, Of(eos: "<|endoftext|>", unk: "<|endoftext|>", pad: "<|endoftext|>"));

    private static readonly TokenizerFamily Roberta =
        new(FamilyKind.Roberta, Of("<s>", "</s>", "<unk>", "<pad>", sep: "</s>", cls: "<s>", mask: "<mask>"));

    private static readonly TokenizerFamily Bert = new(FamilyKind.Bert, Of(unk: "[UNK]", pad: "[PAD]", sep: "[SEP]", cls: "[CLS]", mask: "[MASK]"));

    private static readonly Dictionary<string, TokenizerFamily> Classes = new(StringComparer.Ordinal)
    {
        ["LlamaTokenizer"] = Llama, ["CodeLlamaTokenizer"] = Llama, ["GemmaTokenizer"] = Gemma, ["T5Tokenizer"] = T5, ["GPT2Tokenizer"] = Gpt2,
        ["CodeGenTokenizer"] = Gpt2, ["Qwen2Tokenizer"] = Qwen2, ["RobertaTokenizer"] = Roberta, ["BartTokenizer"] = Roberta, ["BertTokenizer"] = Bert,
        ["DistilBertTokenizer"] = Bert, ["ElectraTokenizer"] = Bert,
    };

    private static readonly Dictionary<string, TokenizerFamily> ModelTypes = new(StringComparer.Ordinal)
    {
        ["llama"] = Llama, ["mistral"] = Llama, ["mixtral"] = Llama, ["phi3"] = Llama, ["gemma"] = Gemma, ["gemma2"] = Gemma, ["gemma3"] = Gemma,
        ["gemma3_text"] = Gemma, ["t5"] = T5, ["mt5"] = T5, ["umt5"] = T5, ["gpt2"] = Gpt2, ["gpt_neo"] = Gpt2, ["gptj"] = Gpt2, ["opt"] = Gpt2,
        ["codegen"] = Gpt2, ["phi"] = Gpt2, ["starcoder2"] = Gpt2, ["granite"] = Gpt2, ["olmo"] = Gpt2, ["qwen2"] = Qwen2, ["qwen2_moe"] = Qwen2,
        ["qwen3"] = Qwen2, ["qwen3_moe"] = Qwen2, ["roberta"] = Roberta, ["bart"] = Roberta, ["bert"] = Bert, ["distilbert"] = Bert, ["electra"] = Bert,
    };

    /// <summary>The family of a model's files; null where neither file names one that is known.</summary>
    public static TokenizerFamily? Of(ModelFiles files, JsonSection? config)
    {
        if (config is { } given && Classes.TryGetValue(TokenizerClass.NameOf(given), out TokenizerFamily? named)) return named;
        return ModelType(files) is { } type ? ModelTypes.GetValueOrDefault(type) : null;
    }

    /// <summary>What a vocabulary of a kind is read as where no family is named.</summary>
    public static TokenizerFamily OfVocabulary(VocabularyKind kind, bool isUnigram = false) => kind switch
    {
        VocabularyKind.Merges => Gpt2,
        VocabularyKind.Words => Bert,
        _ => isUnigram ? T5 : Llama,
    };

    private static string? ModelType(ModelFiles files)
    {
        using JsonDocument? document = TokenizerReader.Parse(files, ModelConfig.FileName);
        return document is null ? null : new JsonSection(document.RootElement, files.PathOf(ModelConfig.FileName)).TextOrNull("model_type");
    }

    private static Dictionary<string, string> Of(
        string? bos = null, string? eos = null, string? unk = null, string? pad = null, string? sep = null, string? cls = null, string? mask = null)
    {
        string?[] texts = [bos, eos, unk, sep, pad, cls, mask];
        return ConfiguredTokens.RoleNames.Zip(texts).Where(role => role.Second is not null).ToDictionary(role => role.First, role => role.Second!);
    }
}
