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
        Log = [.. GoldenFile.ReadLines(golden.File("log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Order = [.. Read(golden.File("order.json")).GetProperty("train").EnumerateArray().Select(s =>
            s.GetProperty("micro_batches").EnumerateArray().Select(m => m.EnumerateArray().Select(i => i.GetInt32()).ToArray()).ToArray())];
        Train = ReadPairs(golden.File(Text("train_data")))[.._config.GetProperty("train_pairs").GetInt32()];
        Evaluation = ReadPairs(golden.File(Text("eval_data")))[.._config.GetProperty("eval_pairs").GetInt32()];
        EvaluationBatches = [.. Read(golden.File("order.json")).GetProperty("eval").EnumerateArray()
            .Select(b => b.EnumerateArray().Select(i => i.GetInt32()).ToArray())];
        ModelPath = Path.GetFullPath(golden.File(Text("model")));
        Decoder = DecoderLoader.Load(ModelPath, CPU);
        if (!Directory.Exists(golden.File("adapter-initial"))) return;
        AdapterLoader.Load(Decoder, golden.File("adapter-initial"));
        FinalAdapter = new GoldenTensors(golden.File("adapter-final", "adapter_model.safetensors"));
    }

    public bool IsTrl => Text("trainer").StartsWith("trl.", StringComparison.Ordinal);

    public string ModelPath { get; }

    public Decoder Decoder { get; }

    public JsonElement Final { get; }

    /// <summary>What a run of an adapter ends with; null where all weights are trained.</summary>
    public GoldenTensors? FinalAdapter { get; }

    public JsonElement[] Log { get; }

    /// <summary>The pairs of every micro-batch of every step.</summary>
    public int[][][] Order { get; }

    public IReadOnlyList<EncodedPrompt> Train { get; }

    public IReadOnlyList<EncodedPrompt> Evaluation { get; }

    public IReadOnlyList<int[]> EvaluationBatches { get; }

    public double Beta => Hyper("beta");

    /// <summary>Of losses and gradient norms. Small losses and large betas magnify float32's rounding; the goldens' README gives these tolerances.</summary>
    public double RelativeTolerance => Options.LossType == SimPOLossType.Hinge || Beta >= 10 ? 5e-5 : 1e-5;

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
        PairsPerEvaluationBatch = _hyper.TryGetProperty("per_device_eval_batch_size", out JsonElement batch) ? batch.GetInt32() : null,
        BatchSize = (int)(Hyper("per_device_train_batch_size") * Hyper("gradient_accumulation_steps")),
        MaxLength = (int)Hyper("max_length"),
        MaxPromptLength = (int)Hyper("max_prompt_length"),
        Shuffle = false,
    };

    /// <summary>What was trained with: <c>simpo</c>, <c>dpo-ipo</c>, ...</summary>
    public static string Method(GoldenCase golden) => Read(golden.File("config.json")).GetProperty("method").GetString()!;

    /// <summary>Pairs as texts whose ids they are, without the special tokens; null where there are none such.</summary>
    public IReadOnlyList<TextPair>? TextsOf(IReadOnlyList<EncodedPrompt> pairs)
    {
        if (!File.Exists(Path.Combine(ModelPath, "tokenizer.json"))) return null;
        HfTokenizer tokenizer = HfTokenizer.Load(ModelPath);
        int[] Plain(IEnumerable<int> ids) => [.. ids.Where(id => !tokenizer.IsSpecial(id))];
        string Decoded(int[] ids) => tokenizer.Decode(ids, skipSpecialTokens: true);
        // What follows a prompt may have to begin with a space, which a decoded text does not show.
        string? Answer(string prompt, int[] ids, int promptLength) => new[] { "", " " }.Select(space => space + Decoded(ids[promptLength..]))
            .FirstOrDefault(answer => tokenizer.Encode(prompt + answer, addSpecialTokens: false).SequenceEqual(Plain(ids)));

        List<TextPair> texts = [];
        foreach (EncodedPrompt pair in pairs)
        {
            string prompt = Decoded([.. pair.Chosen.Ids[..pair.Chosen.PromptLength]]);
            string? chosen = Answer(prompt, [.. pair.Chosen.Ids], pair.Chosen.PromptLength);
            string? rejected = Answer(prompt, [.. pair.Rejected.Ids], pair.Rejected.PromptLength);
            if (chosen is null || rejected is null) return null;
            texts.Add(new TextPair { Prompt = prompt, Chosen = chosen, Rejected = rejected });
        }
        return texts;
    }

    public void Dispose()
    {
        Decoder.Dispose();
        FinalAdapter?.Dispose();
    }

    private string Text(string name) => _config.GetProperty(name).GetString()!;

    private double Hyper(string name) => _hyper.GetProperty(name).GetDouble();

    private static JsonElement Read(string path) => JsonDocument.Parse(GoldenFile.ReadBytes(path)).RootElement;

    private static List<EncodedPrompt> ReadPairs(string path) => [.. GoldenFile.ReadLines(path).Select(line =>
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        int[] Ids(string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
        int[] prompt = Ids("prompt_ids");
        return EncodedPrompt.Pair([.. prompt, .. Ids("chosen_ids")], prompt.Length, [.. prompt, .. Ids("rejected_ids")], prompt.Length);
    })];
}
