using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>What options alone show, of models of which there is a configuration and nothing else.</summary>
public sealed class ConfigurationRulesTests : IDisposable
{
    private const long Gigabytes = 1_000_000_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recipe_of_the_usual_kind_is_well() => Assert.Empty(Rules(_ => { }));

    [Theory]
    [InlineData(0.9f, 2f, "")]
    [InlineData(1.4f, 2f, "configuration Warning 1.4")]
    [InlineData(2.1f, 2f, "configuration Error 2.1")]
    [InlineData(0.5f, 0.5f, "configuration Warning 0.5")]
    [InlineData(0.5f, 10f, "")]
    [InlineData(0.5f, 12f, "configuration Warning 12")]
    public void Ratio_and_beta_have_ranges(float ratio, float beta, string expected) =>
        Assert.Equal(expected, string.Join("; ", Rules(o => (o.GammaBetaRatio, o.Beta) = (ratio, beta))));

    [Theory]
    [InlineData(5e-7, 128, "")]
    [InlineData(2e-6, 128, "configuration Warning 2E-06")]
    [InlineData(1.1e-5, 128, "configuration Error 1.1E-05")]
    [InlineData(1e-7, 128, "configuration Warning 1E-07")]
    [InlineData(5e-7, 31, "configuration Warning 31")]
    public void Rate_and_batch_have_ranges_where_all_of_7B_weights_are_tuned(double rate, int batch, string expected)
    {
        Assert.Equal(expected, string.Join("; ", Rules(o => (o.LearningRate, o.BatchSize) = (rate, batch))));
        Assert.Empty(Rules(o => (o.LearningRate, o.BatchSize, o.Lora) = (rate, batch, new LoraOptions())));
    }

    [Fact]
    public void A_small_model_has_rates_of_its_own_and_a_base_model_is_told()
    {
        var small = new SimPOTrainer.Options { ModelPath = QuickStartFiles.Model, LearningRate = 2e-4, BatchSize = 8 };
        Assert.True(new MLContext().Alignment.Diagnose(small).IsWell);
        TrainingDiagnosis untuned = Assert.Single(Check(o => o.ChatTemplate = null, Limits()).Findings);
        Assert.EndsWith("has no chat template: it seems to be a base model, which was not yet tuned to answer.", untuned.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_does_not_fit_is_an_error_before_it_begins()
    {
        // 7.24 thousand million weights, each with gradient and two moments, in float32: 116 GB and what a micro-batch keeps.
        Assert.Equal("memory Error 1.5", string.Join("; ", Rules(_ => { }, 80 * Gigabytes)));
        Assert.Equal("memory Warning 0.96", string.Join("; ", Rules(_ => { }, 125 * Gigabytes)));
        TrainingDiagnosis finding = Assert.Single(Check(_ => { }, Limits(80 * Gigabytes)).Findings);
        Assert.Matches(@"^The run takes about 1\d\d\.\d\d GB, 1\d\d % of the 80\.00 GB that there are\. Use fewer tokens in a micro-batch, ", finding.Message);
        Assert.Equal("per_device_train_batch_size: 1\ngradient_checkpointing: true", finding.Remedy);
        Assert.Equal(("memory", 0, 1.0), (finding.Rule, finding.Step, finding.Limit));
    }

    private static DiagnosisLimits Limits(long device = 1000 * Gigabytes) => new() { DeviceBytes = device };

    private string[] Rules(Action<SimPOTrainer.Options> change, long device = 1000 * Gigabytes) =>
        [.. Check(change, Limits(device)).Findings.Select(f => FormattableString.Invariant($"{f.Rule} {f.Severity} {f.Value:G2}"))];

    private RunCheck Check(Action<SimPOTrainer.Options> change, DiagnosisLimits limits)
    {
        // Mistral 7B's.
        _folder.Write("config.json", """
            {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
             "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32000, "max_position_embeddings": 32768, "rms_norm_eps": 1e-05,
             "rope_theta": 10000.0, "sliding_window": 4096, "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
            """);
        var options = new SimPOTrainer.Options
        {
            ModelPath = _folder.Path, Beta = 2, BatchSize = 128, ChatTemplate = "{{ messages[0].content }}", GradientCheckpointing = true,
        };
        change(options);
        return new MLContext().Alignment.Diagnose(options, limits);
    }
}
