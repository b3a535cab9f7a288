using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What every setting of the seven recipes of the SimPO repository and of the three short ones means, with each of the repository's files of accelerate, in a
/// file that was read by a person: a change of it is a change of what recipes mean.
/// </summary>
public sealed class RecipeSnapshotTests
{
    /// <summary>Set to have the file written anew instead of compared.</summary>
    private const string Variable = "SIMPO_WRITE_RECIPES";

    private const string Preferences = "HuggingFaceH4/ultrafeedback_binarized", Mistral = "mistralai/Mistral-7B-v0.1";

    private static readonly string Path = Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "MLNet", "Recipes", "recipes.txt");

    private static readonly (string Name, string Yaml)[] Accelerate =
    [
        ("deepspeed_zero3.yaml", RecipeText.Accelerate("DEEPSPEED", 4, "deepspeed_config:\n  deepspeed_multinode_launcher: standard\n  zero_stage: 3")),
        ("fsdp.yaml", RecipeText.Accelerate("FSDP", 4, "fsdp_config:\n  fsdp_sharding_strategy: 1\n  fsdp_state_dict_type: SHARDED_STATE_DICT")),
        ("multi_gpu.yaml", RecipeText.Accelerate("MULTI_GPU", 8, "gpu_ids: all")),
    ];

    private static readonly (string Name, string Yaml)[] Recipes =
    [
        ("gemma-2-9b-it-simpo", SimPO("google/gemma-2-9b-it", "princeton-nlp/gemma2-ultrafeedback-armorm", false, "10", "0.5", "8.0e-7")),
        ("llama-3-8b-base-simpo", SimPO("princeton-nlp/Llama-3-Base-8B-SFT", Preferences, true, "2.0", "0.5", "6.0e-7")),
        ("llama-3-8b-instruct-simpo", SimPO("meta-llama/Meta-Llama-3-8B-Instruct", "princeton-nlp/llama3-ultrafeedback", false, "2.5", "0.55", "1.0e-6")),
        ("llama-3-8b-instruct-simpo-v2",
            SimPO("meta-llama/Meta-Llama-3-8B-Instruct", "princeton-nlp/llama3-ultrafeedback-armorm", false, "10", "0.3", "1.0e-6")),
        ("mistral-7b-base-simpo",
            RecipeText.SimPO("alignment-handbook/zephyr-7b-sft-full", Preferences, "- train_prefs\n- test_prefs", "2.0", "0.8", "3.0e-7", 1024, 512)),
        ("mistral-7b-instruct-simpo",
            SimPO("mistralai/Mistral-7B-Instruct-v0.2", "princeton-nlp/mistral-instruct-ultrafeedback", false, "2.5", "0.1", "5.0e-7")),
        ("mistral-7b-base-sft", RecipeText.Sft(Mistral, "HuggingFaceH4/ultrachat_200k", 2048)),
        ("short mistral-7b-base-simpo", RecipeText.Short(Mistral, Preferences, "2.0", "0.5", "5e-7", 1, 8, "dataset_splits: [train_prefs, test_prefs]")),
        ("short llama3-8b-instruct-simpo", RecipeText.Short(
            "meta-llama/Meta-Llama-3-8B-Instruct", "argilla/ultrafeedback-binarized-preferences-cleaned", "2.5", "0.5", "5e-7", 2, 4, "sft_weight: 0.1")),
        ("short maths", RecipeText.Short("deepseek-ai/deepseek-math-7b-base", "argilla/distilabel-math-preference-dpo", "5.0", "0.7", "3e-7", 1, 16)),
    ];

    [Fact]
    public void Ten_recipes_and_three_files_of_accelerate_mean_what_was_reviewed()
    {
        using var folder = new TempFolder();
        var text = new StringBuilder();
        foreach ((string name, string yaml) in Recipes) Add(name, yaml, null);
        foreach ((string file, string accelerate) in Accelerate)
            Add($"llama-3-8b-base-simpo with {file}", Recipes[1].Yaml, folder.Write(file, accelerate), notesAlone: true);
        if (Environment.GetEnvironmentVariable(Variable) is not null) File.WriteAllText(Path, text.ToString());
        Assert.Equal(File.ReadAllText(Path).ReplaceLineEndings("\n"), text.ToString());

        void Add(string name, string yaml, string? accelerate, bool notesAlone = false)
        {
            RecipeOptions how = RecipeText.Map([.. Names(yaml)]);
            how.AcceleratePath = accelerate;
            AlignmentRecipe recipe = new MLContext(seed: 1).Alignment.Recipes.Parse(yaml, how);
            string told = notesAlone ? string.Join('\n', recipe.Notes) : recipe.ToString().ReplaceLineEndings("\n").TrimEnd();
            text.Append("# ").Append(name).Append("\n\n").Append(told).Append("\n\n");
        }
    }

    private static string SimPO(string model, string data, bool hasPreferences, string beta, string ratio, string rate) =>
        RecipeText.SimPO(model, data, hasPreferences ? "- train_prefs\n- test_prefs" : "- train\n- test", beta, ratio, rate);

    /// <summary>The model's name and that of the data.</summary>
    private static IEnumerable<string> Names(string yaml) => yaml.ReplaceLineEndings("\n").Split('\n')
        .Where(l => l.StartsWith("model_name_or_path: ", StringComparison.Ordinal) || (l.StartsWith("  ", StringComparison.Ordinal) && l.Contains('/')))
        .Select(l => l.StartsWith("model", StringComparison.Ordinal) ? l["model_name_or_path: ".Length..].Trim() : l.Trim().Split(':')[0]);
}
