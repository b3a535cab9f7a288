using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

public class ModelDescriptionTests(ITestOutputHelper output)
{
    [Fact]
    public void It_says_what_the_configuration_says_and_what_the_engine_needs()
    {
        using AlignmentTransformer model =
            new MLContext().Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options(o => o.TokensPerMicroBatch = 1000));
        ModelConfig config = ModelConfig.Load(QuickStartFiles.Model);
        ModelDescription found = model.Describe();
        Assert.Equal(
            (config.GetString("model_type"), config.GetInt32("num_hidden_layers"), config.GetInt32("hidden_size"), config.GetInt32("vocab_size"),
                config.GetInt32("max_position_embeddings")),
            (found.Family, found.Layers, found.HiddenSize, found.VocabularySize, found.ContextLength));
        Assert.Equal(model.ParameterCount, found.Parameters);
        Assert.InRange(found.OnCpu.BytesToScore, 4 * found.Parameters, 4 * found.Parameters + 40_000_000);
        // Weights, gradients and two moments, and more than the residual stream of every layer.
        Assert.InRange(
            found.OnCpu.BytesToTrain, (16 * found.Parameters) + (4L * 1000 * found.Layers * found.HiddenSize), (16 * found.Parameters) + 400_000_000);
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
            using AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model, options);
            told = model.Describe(options);
            Assert.Equal(64, model.Transform(data).GetColumn<float>("Score").Count());
        });
        long toTrain =
            NativeHeap.PeakOf(() => context.Alignment.Trainers.SimPO(options).Fit(data, keepsBest ? context.Data.TakeRows(data, 4) : null).Dispose());
        string score = FormattableString.Invariant($"to score: {told.OnCpu.BytesToScore / 1e6:F1} MB told, {toScore / 1e6:F1} MB taken");
        output.WriteLine(FormattableString.Invariant($"{score}; to train: {told.OnCpu.BytesToTrain / 1e6:F1} MB told, {toTrain / 1e6:F1} MB taken"));
        Assert.InRange((double)told.OnCpu.BytesToScore / toScore, 0.7, 1.6); // of 18 MB, what else the process frees and takes meanwhile is some 3
        Assert.InRange((double)told.OnCpu.BytesToTrain / toTrain, 0.8, 1.3);
    }

    [Fact]
    public void It_prints_as_a_table()
    {
        var description = new ModelDescription
        {
            Family = "llama", Parameters = 134_515_008, Layers = 30, HiddenSize = 576, VocabularySize = 49_152, ContextLength = 8192, StoredType = "bfloat16",
            OnCpu = new ModelMemory(1_000_000_000, 4_510_000_000, 1_256_000_000), OnCuda = new ModelMemory(1_100_000_000, 3_000_000_000, 990_000_000),
        };
        Assert.Equal(
            """
            family             llama
            parameters         134,515,008
            layers             30 of width 576
            vocabulary         49,152
            context            8,192 tokens
            weights            bfloat16, float32 in memory
            memory on CPU      1.00 GB to score, 4.51 GB to train, 1.26 GB to train an adapter
            memory on CUDA     1.10 GB to score, 3.00 GB to train, 0.99 GB to train an adapter
            """, description.ToString());
    }

    /// <summary>A configuration alone says what a loaded model says of itself.</summary>
    [Fact]
    public void A_folder_is_described_without_its_weights()
    {
        using var folder = new Checkpoints.TempFolder();
        File.Copy(QuickStartFiles.PathOf("model", "config.json"), Path.Combine(folder.Path, "config.json"));
        var context = new MLContext();
        SimPOTrainer.Options options = QuickStartFiles.Options(o => (o.TokensPerMicroBatch, o.Lora) = (500, new LoraOptions { Rank = 4 }));
        using AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model);
        ModelDescription found = context.Alignment.DescribeModel(folder.Path, options);
        Assert.Equal(model.Describe(options).ToString(), found.ToString());
        Assert.Equal(model.ParameterCount, found.Parameters);
        // Of the adapter alone there are gradients and moments: rank 4 for each linear layer, of 16 bytes a weight, beside 4 bytes for each of the model's.
        long adapter = context.Alignment.DescribeModel(
            folder.Path, QuickStartFiles.Options(o => (o.TokensPerMicroBatch, o.Lora) = (500, new LoraOptions { Rank = 8 }))).OnCpu.BytesToTrainAdapter
            - found.OnCpu.BytesToTrainAdapter;
        Assert.Equal(12 * found.Parameters, found.OnCpu.BytesToTrain - found.OnCpu.BytesToTrainAdapter + adapter);
    }

    [Theory]
    [InlineData("num_hidden_layers", 2_000_000_000, 4096)]
    [InlineData("hidden_size", 1_073_741_824, 1_048_576)]
    [InlineData("vocab_size", 2_147_483_647, 16_777_216)]
    public void Sizes_that_no_model_has_are_refused_before_anything_is_made_of_them(string field, int value, int most)
    {
        using var folder = new Checkpoints.TempFolder();
        string path = Path.Combine(folder.Path, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(QuickStartFiles.PathOf("model", "config.json")))!;
        config[field] = value;
        File.WriteAllText(path, config.ToJsonString());
        string message = Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.DescribeModel(folder.Path)).Message;
        Assert.Equal(FormattableString.Invariant($"'{path}': field '{field}' must be at most {most}, but is {value}."), message);
    }
}
