using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO;

public class SupportedModelsTests
{
    private const string Variable = "SIMPO_WRITE_MODELS";

    [Fact]
    public void The_table_is_that_of_the_families()
    {
        IReadOnlyList<SupportedModel> models = new MLContext().Alignment.SupportedModels();
        Assert.Equal(ModelFamilies.ModelTypes, models.Select(m => m.ModelType));
        SupportedModel hybrid = models.Single(m => m.ModelType == "qwen3_5_moe_text");
        Assert.Equal("Qwen 3.5 MoE, text (qwen3_5_moe_text): attention, gated delta rule, experts", hybrid.ToString());
        Assert.Equal("sliding attention, attention, experts", models.Single(m => m.ModelType == "gpt_oss").Layers);
    }

    /// <summary>Set the variable to have it written anew.</summary>
    [Fact]
    public void The_documentation_has_the_table()
    {
        var text = new StringBuilder("""
            # Models

            What `model_type` in a model's `config.json` must say, as `ml.Alignment.SupportedModels()` and `simpo env --models` print it. Logits,
            log-probabilities, losses, gradients and generated tokens of every family are tested for equality with Hugging Face transformers.

            | `model_type` | family | layers |
            |---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (SupportedModel model in new MLContext().Alignment.SupportedModels())
            text.Append(CultureInfo.InvariantCulture, $"| `{model.ModelType}` | {model.Name} | {model.Layers} |\n");
        text.Append($"""

            Multimodal checkpoints ({string.Join(", ", TextConfig.ModelTypes.Select(t => $"`{t}`"))}): their text part is tuned, scored
            and generated with; a save carries all else unchanged. Folders are read as versions 4 and 5 of transformers write them, with experts one by
            one or joined, and are saved as they came.

            """.ReplaceLineEndings("\n"));
        string path = Repository.PathOf("docs", "models.md");
        if (Environment.GetEnvironmentVariable(Variable) is not null) File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text.ToString());
    }
}
