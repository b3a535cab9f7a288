using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

public class ModelDescriptionTests
{
    [Fact]
    public void It_says_what_the_configuration_says_and_what_the_engine_needs()
    {
        using SimPOTransformer model = new MLContext().Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options(o => o.TokensPerMicroBatch = 1000));
        ModelConfig config = ModelConfig.Load(QuickStartFiles.Model);
        ModelDescription found = model.Describe();
        Assert.Equal(
            (config.GetString("model_type"), config.GetInt32("num_hidden_layers"), config.GetInt32("hidden_size"), config.GetInt32("vocab_size"), config.GetInt32("max_position_embeddings")),
            (found.Family, found.Layers, found.HiddenSize, found.VocabularySize, found.ContextLength));
        Assert.Equal(model.ParameterCount, found.Parameters);
        Assert.InRange(found.BytesToScore, 4 * found.Parameters, 4 * found.Parameters + 40_000_000);
        // Weights, gradients and two moments, and more than the residual stream of every layer.
        Assert.InRange(found.BytesToTrain, (16 * found.Parameters) + (4L * 1000 * found.Layers * found.HiddenSize), (16 * found.Parameters) + 400_000_000);
    }

    [Fact]
    public void It_prints_as_a_table()
    {
        var description = new ModelDescription("llama", 134_515_008, 30, 576, 49_152, 8192, "bfloat16", 1_000_000_000, 4_510_000_000);
        Assert.Equal(
            """
            family             llama
            parameters         134,515,008
            layers             30 of width 576
            vocabulary         49,152
            context            8,192 tokens
            weights            bfloat16, float32 in memory
            memory to score    1.00 GB
            memory to train    4.51 GB
            """, description.ToString());
    }
}
