using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

public class ModelDescriptionTests(ITestOutputHelper output)
{
    [Fact]
    public void It_says_what_the_configuration_says_and_what_the_engine_needs()
    {
        using SimPOTransformer model = new MLContext().Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options(o => o.TokensPerMicroBatch = 1000));
        ModelConfig config = ModelConfig.Load(QuickStartFiles.Model);
        ModelDescription found = model.Describe();
        Assert.Equal(
            (config.GetString("model_type"), config.GetInt32("num_hidden_layers"), config.GetInt32("hidden_size"), config.GetInt32("vocab_size"),
                config.GetInt32("max_position_embeddings")),
            (found.Family, found.Layers, found.HiddenSize, found.VocabularySize, found.ContextLength));
        Assert.Equal(model.ParameterCount, found.Parameters);
        Assert.InRange(found.BytesToScore, 4 * found.Parameters, 4 * found.Parameters + 40_000_000);
        // Weights, gradients and two moments, and more than the residual stream of every layer.
        Assert.InRange(
            found.BytesToTrain, (16 * found.Parameters) + (4L * 1000 * found.Layers * found.HiddenSize), (16 * found.Parameters) + 400_000_000);
    }

    /// <summary>What the allocator gives out at most while it scores and trains micro-batches that are full.</summary>
    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_memory_that_it_names_is_what_the_work_takes(bool recompute, bool keepsBest)
    {
        Skip.IfNot(NativeHeap.IsKnown, "Only the GNU C library tells how much memory is in use.");
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.TakeRows(context.Alignment.LoadPreferences(QuickStartFiles.PathOf("data", "train.jsonl")), 64);
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
            (o.TokensPerMicroBatch, o.BatchSize, o.GradientCheckpointing, o.RestoreBestModel) = (1000, 32, recompute, keepsBest));
        context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(context.Data.TakeRows(data, 4)).Dispose(); // what is made once is there
        ModelDescription told = null!;
        long toScore = NativeHeap.PeakOf(() =>
        {
            using SimPOTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model, options);
            told = model.Describe();
            Assert.Equal(64, model.Transform(data).GetColumn<float>("Score").Count());
        });
        long toTrain = NativeHeap.PeakOf(() => context.Alignment.Trainers.SimPO(options).Fit(data, keepsBest ? context.Data.TakeRows(data, 4) : null).Dispose());
        string score = FormattableString.Invariant($"to score: {told.BytesToScore / 1e6:F1} MB told, {toScore / 1e6:F1} MB taken");
        output.WriteLine(FormattableString.Invariant($"{score}; to train: {told.BytesToTrain / 1e6:F1} MB told, {toTrain / 1e6:F1} MB taken"));
        Assert.InRange((double)told.BytesToScore / toScore, 0.7, 1.6); // of 18 MB, what else the process frees and takes meanwhile is some 3
        Assert.InRange((double)told.BytesToTrain / toTrain, 0.8, 1.3);
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
