using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class GoldenRootTests(GoldenCounts counts) : IClassFixture<GoldenCounts>
{
    [Fact]
    public void Every_root_that_is_named_holds_cases()
    {
        foreach ((string root, int count) in counts.ByRoot)
            if (root != GoldenCases.OwnRoot || GoldenCases.NamedRoots.Count == 0) // another root may hold all of the project's own
                Assert.True(
                    count > 0, $"'{root}', which SIMPO_GOLDENS names, holds no cases. It needs folders such as models/ or tokenizers/ with cases in them.");
    }

    /// <summary>So that a change to any family fails in a clone with nothing beside it.</summary>
    [Fact]
    public void Every_family_has_a_golden_case_in_the_repository()
    {
        IEnumerable<GoldenCase> own = GoldenCases.ModelKinds.SelectMany(kind => Own(kind, "golden.json"))
            .Where(golden => File.Exists(golden.File("config.json")));
        Assert.Empty(ModelFamilies.ModelTypes.Except(own.Select(golden => ModelGolden.TextFamily(golden.Path))));
    }

    /// <summary>Both trainers, and whatever their runs of SimPO differ in.</summary>
    [Fact]
    public void Every_variant_of_training_stands_in_the_repository()
    {
        string[] expected =
        [
            "adapter", "beta 10", "constant_with_warmup", "cosine", "hinge", "label smoothing", "linear", "micro-batches of 1", "no clipping",
            "part of a micro-batch", "sft term",
            "sigmoid", "simpo", "some of an epoch's steps", "trl", "warm-up", "weight decay",
        ];
        Assert.Equal(expected, Own("training", "log.jsonl").SelectMany(Traits).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_repositorys_models_and_runs_are_small() => Assert.InRange(
        new[] { "models", "models-v5", "training" }
            .SelectMany(kind => Directory.EnumerateFiles(Path.Combine(GoldenCases.OwnRoot, kind), "*", SearchOption.AllDirectories))
            .Sum(file => new FileInfo(file).Length), 1_000_000, 12_000_000);

    private static IEnumerable<GoldenCase> Own(string kind, string marker) => Directory.EnumerateDirectories(Path.Combine(GoldenCases.OwnRoot, kind))
        .Select(folder => new GoldenCase(GoldenCases.OwnRoot, kind, Path.GetFileName(folder))).Where(golden => GoldenFile.Exists(golden.File(marker)));

    private static IEnumerable<string> Traits(GoldenCase golden)
    {
        if (!TrainingGolden.Method(golden).StartsWith("simpo", StringComparison.Ordinal)) yield break;
        using var run = new TrainingGolden(golden);
        var options = (SimPOTrainer.Options)run.Options;
        JsonElement hyper = JsonDocument.Parse(File.ReadAllBytes(golden.File("config.json"))).RootElement.GetProperty("hyper_parameters");
        yield return run.IsTrl ? "trl" : "simpo";
        yield return hyper.GetProperty("loss_type").GetString()!;
        yield return hyper.GetProperty("lr_scheduler_type").GetString()!;
        if (run.FinalAdapter is not null) yield return "adapter";
        if (options.Beta == 10) yield return "beta 10";
        if (options.LabelSmoothing > 0) yield return "label smoothing";
        if (options.SftWeight > 0) yield return "sft term";
        if (options.WeightDecay > 0) yield return "weight decay";
        if (options.WarmupRatio > 0) yield return "warm-up";
        if (options.MaxGradNorm == 0) yield return "no clipping";
        if (options.PairsPerMicroBatch == 1) yield return "micro-batches of 1";
        if (run.Order.Any(step => step.Any(batch => batch.Length < options.PairsPerMicroBatch))) yield return "part of a micro-batch";
        if (run.Train.Count % options.BatchSize > 0) yield return "some of an epoch's steps";
    }

    /// <summary>Cases of the project's own that another root holds run once: but only if no byte of them differs.</summary>
    [Fact]
    public void A_copy_of_a_case_has_every_file_with_the_same_bytes()
    {
        using var folder = new Data.TemporaryFolder();
        folder.Write("own/case/part/log.jsonl", "{}");
        string own = Path.Combine(folder.Path, "own", "case"), copies = Path.Combine(folder.Path, "copies");
        Assert.False(GoldenCases.IsIn(copies, own));
        folder.Write("copies/case/more", "beside it");
        folder.Write("copies/case/part/log.jsonl", "[]");
        Assert.False(GoldenCases.IsIn(copies, own));
        folder.Write("copies/case/part/log.jsonl", "{}");
        Assert.True(GoldenCases.IsIn(copies, own));
        File.Delete(folder.File("own/case/part/log.jsonl"));
        WritePacked(folder.File("own/case/part/log.jsonl.gz"), "{}");
        Assert.True(GoldenCases.IsIn(copies, own));
        WritePacked(folder.File("own/case/part/log.jsonl.gz"), "[]");
        Assert.False(GoldenCases.IsIn(copies, own));
    }

    [Fact]
    public void A_copy_of_reference_outputs_has_every_tensor_and_may_have_more()
    {
        using var folder = new Data.TemporaryFolder();
        string own = folder.Write("own/golden.safetensors", ""), copies = Path.GetDirectoryName(folder.Write("copies/golden.safetensors", ""))!;
        var tensors = new GoldenTensorsWriter();
        tensors.Add("logits", [2], [1f, 2f]);
        tensors.Save(own);
        tensors.Add("grad.a", [1], [3f]);
        tensors.Save(Path.Combine(copies, "golden.safetensors"));
        Assert.True(GoldenCases.IsIn(copies, own));
        tensors.Add("logits", [2], [1f, 2.5f]);
        tensors.Save(Path.Combine(copies, "golden.safetensors"));
        Assert.False(GoldenCases.IsIn(copies, own));
        new GoldenTensorsWriter().Save(Path.Combine(copies, "golden.safetensors"));
        Assert.False(GoldenCases.IsIn(copies, own));
    }

    private static void WritePacked(string path, string text)
    {
        using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionMode.Compress));
        writer.Write(text);
    }
}
