using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// The same kind of inputs with weights, of a folder <c>cases/</c> beside a root of goldens: folders that mean the same have the same scores to the last bit,
/// and what cannot be read is told. The project's own tests of each stand where <c>Goldens/cases/README.md</c> says.
/// </summary>
[Trait("Category", "Parity")]
public sealed class SharedCaseTests
{
    private static readonly string[] Texts = ["Which gate for train 11?", "Gate 4, please be there early.", "No idea, look at the board 11."];

    private static readonly MLContext Context = new(1);

    [SkippableTheory]
    [InlineData("18-byte-order-mark", "plain config generation_config special_tokens_map tokenizer tokenizer_config", "")]
    [InlineData("20-mistral-window", "absent w4096", "null")]
    [InlineData("21-pad-token", "none minus-one beyond", "")]
    [InlineData("22-rope-forms", "old old2 new scaling-with-theta theta-outside", "default-old")]
    [InlineData("22-rope-forms", "default-old default-new default-typed", "old")]
    [InlineData("22-rope-forms", "dynamic dynamic-with-original", "")]
    [InlineData("23-safetensors", "plain unaligned zero-size inv-freq no-metadata mlx-metadata shards float8-beside", "")]
    [InlineData("23-safetensors", "tied-same tied-other", "")]
    public void Folders_that_mean_the_same_have_the_same_scores_and_others_have_not(string name, string same, string other)
    {
        string[] folders = [.. same.Split(' ').Select(folder => Folder(name, folder))];
        float[] expected = Scores(folders[0], name);
        Assert.All(folders, folder => Assert.Equal((folder, string.Join(' ', expected)), (folder, string.Join(' ', Scores(folder, name)))));
        if (other.Length > 0) Assert.NotEqual(expected, Scores(Folder(name, other), name));
    }

    [SkippableTheory]
    [InlineData("plain")]
    [InlineData("regex-lookahead")]
    [InlineData("regex-named-group")]
    [InlineData("regex-unsloth")]
    [InlineData("modules-to-save")]
    [InlineData("trained-on-hub-name")]
    public void Adapters_that_say_the_same_in_other_words_have_the_same_scores(string adapter)
    {
        string model = Folder("24-adapters", "base");
        float[] expected = Scores(model, "24", Folder("24-adapters", "plain"));
        Assert.NotEqual(expected, Scores(model, "24"));
        Assert.Equal(expected, Scores(model, "24", Folder("24-adapters", adapter)));
    }

    [SkippableTheory]
    [InlineData("json")]
    [InlineData("sentencepiece")]
    public void Added_tokens_have_the_ids_of_their_file_and_end_an_answer(string folder)
    {
        string model = Folder("13-added-tokens-json", folder);
        HfTokenizer tokenizer = HfTokenizer.Load(model);
        Assert.Equal((354, 355), (tokenizer.TokenId("<|im_end|>"), tokenizer.TokenId("<|im_start|>")));
        PreferencePreview preview = Context.Alignment.Preview(Path.Combine(Root, "13-added-tokens-json", "train.jsonl"), model);
        Assert.All(preview.Rows, row => Assert.Equal((354, 1), (row.ChosenIds[^1], row.ChosenIds.Count(id => id == 354))));
    }

    [SkippableTheory]
    [InlineData("34-two-heads", "two-values", -4.317839)]
    [InlineData("34-two-heads", "two-copies", -4.317839)]
    public void A_tied_head_has_the_value_that_transformers_has(string name, string folder, double expected)
    {
        using AlignmentTransformer model = Context.Alignment.LoadModel(Folder(name, folder));
        IDataView scored = model.Transform(Context.Alignment.LoadPreferences(Path.Combine(Root, name, "probe.jsonl")));
        Assert.Equal(expected, scored.GetColumn<float>("ChosenReward").Single() / model.Beta, 2e-5);
    }

    [SkippableTheory]
    [InlineData("14-token-beyond-vocabulary/end-token", "the token `<|im_end|>` has the id 258, but the model's embedding has 258 rows.")]
    [InlineData("23-safetensors/metadata-only", "'model.embed_tokens.weight'")]
    [InlineData("23-safetensors/metadata-broken", "safetensors")]
    [InlineData("23-safetensors/shards-no-index", "model.safetensors.index.json")]
    [InlineData("23-safetensors/shards-twice", "model-0000")]
    [InlineData("23-safetensors/orig-mod", "The names begin with '_orig_mod.', the prefix of torch.compile")]
    [InlineData("23-safetensors/no-prefix", "The names lack 'model.'")]
    [InlineData("35-run-folders/zero3-placeholders", "has shape [0]: it is a placeholder of DeepSpeed ZeRO-3")]
    [InlineData("35-run-folders/ddp-prefix", "The names begin with 'module.', the prefix of DistributedDataParallel or DeepSpeed")]
    [InlineData("35-run-folders/checkpoints-inside", "'checkpoint-9', 'checkpoint-10', 'checkpoint-100'")]
    [InlineData("24-adapters/mlx", "MLX")]
    [InlineData("24-adapters/embeddings-resized", "embed_tokens")]
    [InlineData("24-adapters/adapter-name-in-keys", "The names hold that of the adapter, 'default'")]
    [InlineData("25-generation-config/eos-text", "eos_token_id")]
    public void What_cannot_be_read_is_told_by_name(string path, string part)
    {
        string folder = Folder(path.Split('/'));
        bool isAdapter = path.StartsWith("24", StringComparison.Ordinal);
        Exception? error = Record.Exception(() => Scores(isAdapter ? Folder("24-adapters", "base") : folder, "", isAdapter ? folder : null));
        while (error is not (null or InvalidDataException or FileNotFoundException or NotSupportedException)) error = error.InnerException;
        Assert.Contains(part, error?.Message ?? "nothing", StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("eos-null")]
    [InlineData("greedy-with-temperature")]
    [InlineData("max-length")]
    [InlineData("penalty-list")]
    [InlineData("top-k-absent")]
    [InlineData("top-k-null")]
    public void What_the_makers_of_a_model_suggest_is_what_transformers_reads(string name)
    {
        using AlignmentTransformer model = Context.Alignment.LoadModel(Folder("25-generation-config", name));
        GenerationOptions found = model.SuggestedGeneration;
        Assert.Equal(name switch
        {
            "max-length" => (false, 1, 0, 1, 40),
            "top-k-absent" => (true, 0.6f, 50, 1, null),
            "top-k-null" => (true, 0.6f, 0, 1, null),
            _ => (false, 1f, 0, 1f, (int?)null),
        }, (found.Sample, found.Temperature, found.TopK, found.TopP, found.MaxLength));
        Assert.NotNull(model.Generate("Which gate?", new GenerationOptions { MaxNewTokens = 2 }));
    }

    private static string Root => GoldenCases.NamedRoots.Select(root => Path.GetFullPath(Path.Combine(root, "..", "cases")))
        .FirstOrDefault(Directory.Exists) ?? "";

    private static string Folder(params string[] parts)
    {
        string folder = Path.Combine([Root, .. parts]);
        Skip.If(Root.Length == 0 || !Directory.Exists(folder), $"needs {string.Join('/', parts)} in a folder `cases` beside one that SIMPO_GOLDENS names");
        return folder;
    }

    private static float[] Scores(string model, string name, string? adapter = null)
    {
        bool isLong = name.StartsWith("20", StringComparison.Ordinal);
        var options = new ScoringOptions { MaxLength = 16_384, MaxPromptLength = 16_000, AdapterPath = adapter };
        using AlignmentTransformer transformer = Context.Alignment.LoadModel(model, options);
        IDataView rows = isLong
            ? Context.Alignment.LoadPreferences(Path.Combine(Root, name, "long.jsonl"))
            : Context.Data.LoadFromEnumerable([new TextPair { Prompt = Texts[0], Chosen = Texts[1], Rejected = Texts[2] }]);
        IDataView scored = transformer.Transform(rows);
        return [.. scored.GetColumn<float>("ChosenReward"), .. scored.GetColumn<float>("RejectedReward")];
    }
}
