using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
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
        TrainPairs = ReadPairs(golden.File(Text("train_data")))[.._config.GetProperty("train_pairs").GetInt32()];
        EvaluationPairs = ReadPairs(golden.File(Text("eval_data")))[.._config.GetProperty("eval_pairs").GetInt32()];
        ModelPath = Path.GetFullPath(golden.File(Text("model")));
        Options = GoldenOptions.Of(_config, ModelPath);
        (Train, Dictionary<int, int> learned) = Learned(TrainPairs);
        (Evaluation, Dictionary<int, int> judged) = Learned(EvaluationPairs);
        Options.Epochs = _hyper.TryGetProperty("num_train_epochs", out JsonElement epochs)
            ? epochs.GetDouble()
            : _config.GetProperty("total_steps").GetDouble() / Options.Planner(Train).Plan(1, null).Count;
        int[] Indices(JsonElement list, Dictionary<int, int> places) => [.. list.EnumerateArray().Select(i => places[i.GetInt32()])];
        JsonElement order = Read(golden.File("order.json"));
        Order = [.. order.GetProperty("train").EnumerateArray()
            .Select(s => s.GetProperty("micro_batches").EnumerateArray().Select(m => Indices(m, learned)).ToArray())];
        EvaluationBatches = [.. order.GetProperty("eval").EnumerateArray().Select(b => Indices(b, judged))];
        Decoder = DecoderLoader.Load(ModelPath, CPU);
        if (File.Exists(golden.File("score-initial.safetensors"))) Decoder = Rating(Decoder, golden.File("score-initial.safetensors"));
        if (!Directory.Exists(golden.File("adapter-initial"))) return;
        AdapterLoader.Load(Decoder, golden.File("adapter-initial"));
        FinalAdapter = new GoldenTensors(golden.File("adapter-final", "adapter_model.safetensors"));
    }

    public bool IsTrl116 => Options.Compatibility == Compatibility.Trl116;

    public bool IsTrl => Text("trainer").StartsWith("trl.", StringComparison.Ordinal);

    public string ModelPath { get; }

    public Decoder Decoder { get; }

    public JsonElement Final { get; }

    /// <summary>What a run of an adapter ends with; null where all weights are trained.</summary>
    public GoldenTensors? FinalAdapter { get; }

    public JsonElement[] Log { get; }

    /// <summary>The pairs of every micro-batch of every step.</summary>
    public int[][][] Order { get; }

    public IReadOnlyList<EncodedPrompt> TrainPairs { get; }

    public IReadOnlyList<EncodedPrompt> EvaluationPairs { get; }

    /// <summary>What is learned of <see cref="TrainPairs"/>.</summary>
    public IReadOnlyList<EncodedPrompt> Train { get; }

    /// <inheritdoc cref="Train"/>
    public IReadOnlyList<EncodedPrompt> Evaluation { get; }

    public IReadOnlyList<int[]> EvaluationBatches { get; }

    /// <summary>Of losses and gradient norms. Small losses, large betas and steep rewards magnify rounding; the goldens' README gives these.</summary>
    public double RelativeTolerance => Options is SimPOTrainer.Options { Alpha: not 0 } or SimPOTrainer.Options { LossType: SimPOLossType.Hinge }
        or CpoTrainer.Options { LossType: CpoLossType.Hinge } or { Beta: >= 10 } ? 5e-5 : 1e-5;

    /// <summary>Whether answers are compared by their log-probabilities as wholes.</summary>
    public bool ComparesSums => Options.Reward is SumReward;

    /// <summary>Of rewards: AlphaPO's here rise by 50 a nat of the mean log-probability, so that float32's rounding of that is seen.</summary>
    public double RewardTolerance => Options is SimPOTrainer.Options { Alpha: not 0 } ? 5e-4 : 1e-4;

    /// <summary>Of a method's own metrics, as the goldens' README gives it.</summary>
    public double MetricTolerance => IsTrl116 ? 2e-4 : 1e-4;

    /// <summary>Metrics that mean something else there: TRL 0.24 takes the entropy over prompts, too.</summary>
    public string[] OtherMetrics => Options is SftTrainer.Options { Compatibility: Compatibility.Trl024 } ? ["entropy"] : [];

    /// <summary>The run's hyper-parameters as a user would set them.</summary>
    public PreferenceTrainerOptions Options { get; }

    /// <summary>The method of a run: <c>simpo</c>, <c>dpo-ipo</c>, ...</summary>
    public static string Method(GoldenCase golden) => Config(golden).GetProperty("method").GetString()!;

    /// <summary>A run's hyper-parameters, and what they are of.</summary>
    public static JsonElement Config(GoldenCase golden) => Read(golden.File("config.json"));

    /// <summary>All runs, by whether they compare a model with a reference model.</summary>
    public static TheoryData<GoldenCase> Cases(bool haveReference)
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (GoldenCase golden in GoldenCases.Of(GoldenCases.Folders("training", "log.jsonl")))
            if (GoldenOptions.HasReference(Config(golden)) == haveReference) cases.Add(golden);
        return cases;
    }

    /// <summary>The library and the trainer, without what is special to a run of it.</summary>
    public static string Trainer(GoldenCase golden)
    {
        string version = Config(golden).GetProperty("versions").TryGetProperty("trl", out JsonElement trl) ? trl.GetString()! : "";
        return $"{version} {Method(golden).Replace("moe-", "", StringComparison.Ordinal).Split('-')[0]}";
    }

    /// <summary>
    /// Pairs as texts whose ids they are, without the special tokens, but for a BOS that TRL 1.16 leaves to the tokenizer, which adds none here; null where
    /// there are none such.
    /// </summary>
    public IReadOnlyList<TextPair>? TextsOf(IReadOnlyList<EncodedPrompt> pairs)
    {
        if (!IsTrl116 || TextsOf(ModelPath, pairs) is not { } texts) return TextsOf(ModelPath, pairs);
        string bos = HfTokenizer.Load(ModelPath).Decode([pairs[0].Chosen.Ids[0]], skipSpecialTokens: false);
        return [.. texts.Select(t => new TextPair { Prompt = bos + t.Prompt, Chosen = t.Chosen, Rejected = t.Rejected })];
    }

    /// <summary>Pairs as texts whose ids they are, without the special tokens; null where there are none such.</summary>
    /// <param name="modelPath">Where the tokenizer is.</param>
    public static IReadOnlyList<TextPair>? TextsOf(string modelPath, IReadOnlyList<EncodedPrompt> pairs)
    {
        if (!File.Exists(Path.Combine(modelPath, "tokenizer.json"))) return null;
        HfTokenizer tokenizer = HfTokenizer.Load(modelPath);
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

    /// <summary>
    /// What the method learns from: the pairs, without those that the trainer drops, or their chosen answers as supervised fine-tuning lays them out, cut as
    /// TRL 1.16 does; and where each pair that is used stands among these.
    /// </summary>
    private (IReadOnlyList<EncodedPrompt> Rows, Dictionary<int, int> Places) Learned(IReadOnlyList<EncodedPrompt> pairs)
    {
        List<EncodedPrompt> rows = [];
        Dictionary<int, int> places = [];
        for (int i = 0; i < pairs.Count; i++)
        {
            if (Learned(pairs[i]) is not { } learned) continue;
            places[i] = rows.Count;
            rows.Add(learned);
        }
        return (rows, places);
    }

    private EncodedPrompt? Learned(EncodedPrompt pair)
    {
        if (Options.Profile.LeavesOutLong) return pair.Answers.All(a => a.Ids.Length <= Options.MaxLength) ? pair : null;
        if (Options is not SftTrainer.Options sft) return pair;
        EncodedAnswer answer = sft.Tokens == SftTokens.All ? pair.Chosen with { PromptLength = 1 } : pair.Chosen;
        return (IsTrl116 ? KeepStart.Fit(answer, Options.MaxLength) : answer) is { } fitted ? new EncodedPrompt(fitted) : null;
    }

    /// <summary>How many packed rows each batch of the evaluation has; null where nothing is packed.</summary>
    public int[]? EvaluationWeights => !GoldenOptions.PacksEvaluation(_config) ? null
        : Options.PackedRows(Evaluation)?.Chunk(Options.PairsPerEvaluationBatch!.Value).Select(b => b.Length).ToArray();

    /// <summary>The model with the head that the run began with. TRL has the tokenizer's padding, 0, end a text.</summary>
    private static Decoder Rating(Decoder language, string head)
    {
        using Decoder model = language;
        using var initial = new GoldenTensors(head);
        Decoder rating = model.WithRewardHead(new RewardHead(0));
        using Tensor values = tensor(initial.Floats(RewardHead.WeightName), rating.Head.Shape);
        rating.Head.Value.copy_(values);
        return rating;
    }

    private static JsonElement Read(string path) => JsonDocument.Parse(GoldenFile.ReadBytes(path)).RootElement;

    private static List<EncodedPrompt> ReadPairs(string path) => [.. GoldenFile.ReadLines(path).Select(line =>
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        int[] Ids(string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
        int[] prompt = Ids("prompt_ids");
        return EncodedPrompt.Pair([.. prompt, .. Ids("chosen_ids")], prompt.Length, [.. prompt, .. Ids("rejected_ids")], prompt.Length);
    })];
}
