using System.Text.Json;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Text.Encoders;
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
        Order = [.. Read(golden.File("order.json")).GetProperty("train").EnumerateArray().Select(s =>
            s.GetProperty("micro_batches").EnumerateArray().Select(m => m.EnumerateArray().Select(i => i.GetInt32()).ToArray()).ToArray())];
        Train = ReadPairs(golden.Sibling("training", "train.jsonl"))[.._config.GetProperty("train_pairs").GetInt32()];
        Evaluation = ReadPairs(golden.Sibling("training", "eval.jsonl"));
        EvaluationBatches = [.. Read(golden.File("order.json")).GetProperty("eval").EnumerateArray().Select(b => b.EnumerateArray().Select(i => i.GetInt32()).ToArray())];
        ModelPath = golden.Sibling("training", "model");
        Decoder = DecoderLoader.Load(ModelPath, CPU);
        if (!Directory.Exists(golden.File("adapter-initial"))) return;
        AdapterLoader.Load(Decoder, golden.File("adapter-initial"));
        FinalAdapter = new GoldenTensors(golden.File("adapter-final", "adapter_model.safetensors"));
    }

    public bool IsTrl => _config.GetProperty("trainer").GetString()!.StartsWith("trl.", StringComparison.Ordinal);

    public string ModelPath { get; }

    public Decoder Decoder { get; }

    public JsonElement Final { get; }

    /// <summary>What a run of an adapter ends with; null where all weights are trained.</summary>
    public GoldenTensors? FinalAdapter { get; }

    public JsonElement[] Log { get; }

    /// <summary>The pairs of every micro-batch of every step.</summary>
    public int[][][] Order { get; }

    public IReadOnlyList<EncodedPair> Train { get; }

    public IReadOnlyList<EncodedPair> Evaluation { get; }

    public IReadOnlyList<int[]> EvaluationBatches { get; }

    public double Beta => Hyper("beta");

    /// <summary>The run's hyper-parameters as a user would set them.</summary>
    public SimPOTrainer.Options Options
    {
        get
        {
            SimPOTrainer.Options options = OptionsOfOneEpoch;
            options.Epochs = _hyper.TryGetProperty("num_train_epochs", out JsonElement epochs)
                ? epochs.GetDouble()
                : _config.GetProperty("total_steps").GetDouble() / options.Planner(Train).Plan(1, null).Count;
            return options;
        }
    }

    private SimPOTrainer.Options OptionsOfOneEpoch => new()
    {
        ModelPath = ModelPath,
        Compatibility = IsTrl ? Compatibility.Trl024 : Compatibility.SimPOReference,
        Beta = (float)Beta,
        GammaBetaRatio = (float)(IsTrl ? Hyper("simpo_gamma") / Beta : Hyper("gamma_beta_ratio")),
        LossType = _hyper.GetProperty("loss_type").GetString() == "hinge" ? SimPOLossType.Hinge : SimPOLossType.Sigmoid,
        LabelSmoothing = (float)Hyper("label_smoothing"),
        SftWeight = (float)Hyper(IsTrl ? "cpo_alpha" : "sft_weight"),
        LearningRate = Hyper("learning_rate"),
        LearningRateScheduler = _hyper.GetProperty("lr_scheduler_type").GetString() switch
        {
            "linear" => LearningRateScheduler.Linear,
            "cosine" => LearningRateScheduler.Cosine,
            "constant" => LearningRateScheduler.Constant,
            "constant_with_warmup" => LearningRateScheduler.ConstantWithWarmup,
            "polynomial" => LearningRateScheduler.Polynomial,
            var other => throw new InvalidDataException($"No schedule is called '{other}'."),
        },
        WarmupRatio = Hyper("warmup_ratio"),
        WarmupSteps = _hyper.TryGetProperty("warmup_steps", out JsonElement steps) && steps.GetInt32() > 0 ? steps.GetInt32() : null,
        MaxGradNorm = Hyper("max_grad_norm"),
        WeightDecay = Hyper("weight_decay"),
        AdamBeta1 = Hyper("adam_beta1"),
        AdamBeta2 = Hyper("adam_beta2"),
        AdamEpsilon = Hyper("adam_epsilon"),
        PairsPerMicroBatch = (int)Hyper("per_device_train_batch_size"),
        BatchSize = (int)(Hyper("per_device_train_batch_size") * Hyper("gradient_accumulation_steps")),
        MaxLength = (int)Hyper("max_length"),
        MaxPromptLength = (int)Hyper("max_prompt_length"),
        Shuffle = false,
    };

    /// <summary>What was trained with: <c>simpo</c>, <c>dpo-ipo</c>, ...</summary>
    public static string Method(GoldenCase golden) => Read(golden.File("config.json")).GetProperty("method").GetString()!;

    /// <summary>The pairs as texts: the vocabulary is one of words.</summary>
    public static TextPair TextOf(EncodedPair pair)
    {
        string Words(IEnumerable<int> ids) => string.Concat(ids.Select(i => FormattableString.Invariant($" w{i}")));
        return new TextPair
        {
            Prompt = Words(pair.ChosenIds[1..pair.ChosenPromptLength])[1..], // without BOS
            Chosen = Words(pair.ChosenIds[pair.ChosenPromptLength..^1]), // without EOS
            Rejected = Words(pair.RejectedIds[pair.RejectedPromptLength..^1]),
        };
    }

    public void Dispose()
    {
        Decoder.Dispose();
        FinalAdapter?.Dispose();
    }

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
