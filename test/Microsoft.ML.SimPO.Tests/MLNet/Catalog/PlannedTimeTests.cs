using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>Runs of three sizes take the time that their plans tell, on a machine that does nothing else.</summary>
public sealed class PlannedTimeTests(ITestOutputHelper output) : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <param name="hidden">0 for QuickStart's own model, else the width of one with random weights.</param>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(0, 0, 4096, false, false)]
    [InlineData(0, 0, 512, false, false)]
    [InlineData(0, 0, 4096, true, false)]
    [InlineData(0, 0, 4096, false, true)]
    [InlineData(384, 6, 4096, false, false)]
    [InlineData(384, 6, 4096, true, true)]
    [InlineData(768, 8, 4096, false, false)]
    [InlineData(768, 8, 1024, true, false)]
    [InlineData(768, 8, 4096, false, true)]
    public void A_run_takes_the_time_that_was_told_within_a_quarter(int hidden, int layers, int tokens, bool recomputes, bool adapts)
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
        {
            if (hidden > 0) o.ModelPath = Model(hidden, layers);
            (o.TokensPerMicroBatch, o.GradientCheckpointing, o.Lora) = (tokens, recomputes, adapts ? new LoraOptions() : null);
            (o.BatchSize, o.Epochs, o.LearningRate) = (16, 1, 1e-6);
        });
        IDataView rows = _context.Alignment.LoadPreferences(QuickStartFiles.PathOf("data", "train.jsonl"));
        IDataView few = _context.Data.TakeRows(rows, 32), data = _context.Data.TakeRows(rows, hidden > 384 ? 64 : 320);
        using (_context.Alignment.Trainers.SimPO(options).Fit(few))
        {
            // what is made once is made
        }
        List<double> shares = [];
        for (int round = 0; round < 3; round++)
        {
            RunPlan plan = _context.Alignment.MeasureTime(_context.Alignment.Plan(options, data));
            using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(options).Fit(data);
            shares.Add(plan.Time!.Value.TotalSeconds / model.TrainingRun.Elapsed.TotalSeconds);
            output.WriteLine(FormattableString.Invariant($"{hidden} x {layers}, {tokens}, {recomputes}, {adapts}: {plan.Time.Value.TotalSeconds:F2} s told, ")
                + FormattableString.Invariant($"{model.TrainingRun.Elapsed.TotalSeconds:F2} s taken: {shares[^1]:F2}"));
        }
        Assert.InRange(shares.Order().ElementAt(1), 0.75, 1.25);
    }

    private string Model(int hidden, int layers)
    {
        string folder = _folder.File("model");
        JsonObject config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(QuickStartFiles.Model, "config.json")))!.AsObject();
        (config["hidden_size"], config["num_hidden_layers"], config["intermediate_size"], config["num_attention_heads"], config["num_key_value_heads"]) =
            (hidden, layers, 3 * hidden, hidden / 64, hidden / 64);
        config.Remove("head_dim");
        _folder.Write("config/config.json", config.ToJsonString());
        ModelConfig read = ModelConfig.LoadFile(_folder.File("config", "config.json"));
        ModelFamily family = ModelFamilies.Of(read);
        using Decoder decoder = new(family.Read(read), family.Names, CPU);
        foreach (Parameter parameter in decoder.Parameters)
        {
            if (parameter.Kind == ParameterKind.Norm) parameter.Value.fill_(1);
            else parameter.Value.normal_(0, 0.02);
        }
        ModelFile[] files = [.. ModelFiles.Read(QuickStartFiles.Model).Where(f => f.Name != ModelConfig.FileName),
            new ModelFile(ModelConfig.FileName, File.ReadAllBytes(_folder.File("config", "config.json")))];
        new CheckpointWriter(new ModelFiles("memory", files)).Write(folder, ParameterSources.Base(decoder));
        return folder;
    }
}
