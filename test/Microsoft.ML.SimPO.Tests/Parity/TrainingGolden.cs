using System.Text.Json;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A folder of <c>training/</c>: a run of a reference trainer, its hyper-parameters, order and log.</summary>
internal sealed class TrainingGolden : IDisposable
{
    private readonly JsonElement _config, _hyper;

    public TrainingGolden(GoldenCase golden)
    {
        _config = Read(golden.File("config.json"));
        _hyper = _config.GetProperty("hyper_parameters");
        Final = Read(golden.File("final.json"));
        Log = [.. File.ReadLines(golden.File("log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Order = [.. Read(golden.File("order.json")).GetProperty("train").EnumerateArray().Select(s => new TrainingStep(
            [.. s.GetProperty("micro_batches").EnumerateArray().Select(m => m.EnumerateArray().Select(i => i.GetInt32()).ToArray())], 0))];
        Train = ReadPairs(golden.Sibling("training", "train.jsonl"));
        Evaluation = ReadPairs(golden.Sibling("training", "eval.jsonl"));
        EvaluationBatches = [.. Read(golden.File("order.json")).GetProperty("eval").EnumerateArray().Select(b => b.EnumerateArray().Select(i => i.GetInt32()).ToArray())];
        Decoder = DecoderLoader.Load(golden.Sibling("training", "model"), CPU);
        if (Directory.Exists(golden.File("adapter-initial"))) AdapterLoader.Load(Decoder, golden.File("adapter-initial"));
    }

    public bool IsTrl => _config.GetProperty("trainer").GetString()!.StartsWith("trl.", StringComparison.Ordinal);

    public Decoder Decoder { get; }

    public JsonElement Final { get; }

    public JsonElement[] Log { get; }

    public TrainingStep[] Order { get; }

    public IReadOnlyList<EncodedPair> Train { get; }

    public IReadOnlyList<EncodedPair> Evaluation { get; }

    public IReadOnlyList<int[]> EvaluationBatches { get; }

    public double Beta => Hyper("beta");

    public StepWeighting Weighting => StepWeighting.EachMicroBatch(IsTrl ? null : (int)Hyper("gradient_accumulation_steps"));

    public IPreferenceLoss Loss => new SimPOLoss(
        Beta,
        IsTrl ? Hyper("simpo_gamma") / Beta : Hyper("gamma_beta_ratio"),
        _hyper.GetProperty("loss_type").GetString() == "hinge" ? SimPOLossType.Hinge : SimPOLossType.Sigmoid,
        Hyper("label_smoothing"),
        IsTrl ? 0 : Hyper("sft_weight"),
        SftNormalization.MicroBatchTokens);

    public TrainingSettings Settings => new()
    {
        Beta = Beta,
        LearningRate = Hyper("learning_rate"),
        Scheduler = _hyper.GetProperty("lr_scheduler_type").GetString() switch
        {
            "linear" => LearningRateScheduler.Linear,
            "cosine" => LearningRateScheduler.Cosine,
            "constant_with_warmup" => LearningRateScheduler.ConstantWithWarmup,
            var other => throw new InvalidDataException($"No schedule is called '{other}'."),
        },
        WarmupRatio = Hyper("warmup_ratio"),
        MaxGradNorm = Hyper("max_grad_norm"),
        AdamW = new AdamWSettings(Hyper("weight_decay"), Hyper("adam_beta1"), Hyper("adam_beta2"), Hyper("adam_epsilon")),
        Weighting = Weighting,
    };

    public void Dispose() => Decoder.Dispose();

    private double Hyper(string name) => _hyper.GetProperty(name).GetDouble();

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    private static List<EncodedPair> ReadPairs(string path) => [.. File.ReadLines(path).Select(line =>
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        int[] Ids(string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
        int[] prompt = Ids("prompt_ids");
        return new EncodedPair([.. prompt, .. Ids("chosen_ids")], prompt.Length, [.. prompt, .. Ids("rejected_ids")], prompt.Length);
    })];
}
