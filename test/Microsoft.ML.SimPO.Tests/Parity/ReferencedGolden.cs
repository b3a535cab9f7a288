using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A folder of <c>training/</c> whose method has a reference model: DPO or KTO.</summary>
internal sealed class ReferencedGolden : IDisposable
{
    private readonly JsonElement _config, _hyper;

    public ReferencedGolden(GoldenCase golden)
    {
        _config = Read(golden.File("config.json"));
        _hyper = _config.GetProperty("hyper_parameters");
        Final = Read(golden.File("final.json"));
        Log = [.. GoldenFile.ReadLines(golden.File("log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Decoder = DecoderLoader.Load(golden.File(Text("model")), CPU);
        if (Directory.Exists(golden.File("adapter-initial"))) AdapterLoader.Load(Decoder, golden.File("adapter-initial"));
        if (Directory.Exists(golden.File("adapter-final"))) FinalAdapter = new GoldenTensors(golden.File("adapter-final", "adapter_model.safetensors"));
        Options = (ReferenceTrainerOptions)GoldenOptions.Of(_config, Path.GetFullPath(golden.File(Text("model"))));
        JsonElement order = Read(golden.File("order.json"));
        TrainRows = ReadRows(golden.File(Text("train_data")))[.._config.GetProperty("train_pairs").GetInt32()];
        EvaluationRows = ReadRows(golden.File(Text("eval_data")))[.._config.GetProperty("eval_pairs").GetInt32()];
        (Train, Dictionary<int, int> trained) = Prepare(TrainRows);
        (Evaluation, Dictionary<int, int> evaluated) = Prepare(EvaluationRows);
        Order = [.. order.GetProperty("train").EnumerateArray()
            .Select(s => s.GetProperty("micro_batches").EnumerateArray().Select(m => Indices(m, trained)).ToArray())];
        EvaluationBatches = [.. order.GetProperty("eval").EnumerateArray().Select(b => Indices(b, evaluated))];
        Options.Epochs = _hyper.TryGetProperty("num_train_epochs", out JsonElement epochs)
            ? epochs.GetDouble()
            : _config.GetProperty("total_steps").GetDouble() / Options.Planner(Train).Plan(1, null).Count;
    }

    /// <summary>The rows of the data as they are there, those among them that are dropped.</summary>
    public IReadOnlyList<EncodedPrompt> TrainRows { get; }

    /// <summary>As <see cref="TrainRows"/>.</summary>
    public IReadOnlyList<EncodedPrompt> EvaluationRows { get; }

    public Decoder Decoder { get; }

    public JsonElement Final { get; }

    public GoldenTensors? FinalAdapter { get; }

    public JsonElement[] Log { get; }

    public int[][][] Order { get; }

    public IReadOnlyList<EncodedPrompt> Train { get; private set; }

    public IReadOnlyList<EncodedPrompt> Evaluation { get; private set; }

    public IReadOnlyList<int[]> EvaluationBatches { get; }

    /// <summary>The run's hyper-parameters as a user would set them.</summary>
    public ReferenceTrainerOptions Options { get; }

    public bool IsTrl116 => Options.Compatibility == Compatibility.Trl116;

    /// <summary>As the goldens' README gives them, of losses and of gradient norms.</summary>
    public (double Loss, double Norm) RelativeTolerance => !IsTrl116 ? (1e-5, 1e-5) : HasTerm(DpoLossType.DiscoPop) ? (3e-5, 1e-4) : (3e-5, 5e-5);

    /// <summary>Of metrics, the largest of which are sums of log-probabilities.</summary>
    public double MetricTolerance => IsTrl116 ? 2e-4 : 1e-4;

    public double NormTolerance => FinalAdapter is null ? 1e-6 : 5e-6;

    /// <summary>TRL logs sums, and in 0.24 means where the loss is of means.</summary>
    /// <param name="mean">Over the answer's tokens.</param>
    public double LogProbability(string side, double mean, IReadOnlyDictionary<string, double> metrics) =>
        HasTerm(DpoLossType.Ipo) && !IsTrl116 ? mean : metrics.GetValueOrDefault($"logps/{side}", double.NaN);

    /// <summary>
    /// Rows as texts as the trainer got them, with BOS written out: 1.16 has that of the tokenizer, which adds none here, and 0.24 none of its own. Null where
    /// the ids are of no texts.
    /// </summary>
    /// <param name="rows">Pairs, or single answers with what the data say of each.</param>
    public IDataView? Texts(MLContext context, IReadOnlyList<EncodedPrompt> rows)
    {
        bool areSingle = rows[0].Answers.Count == 1;
        EncodedPrompt Doubled(EncodedAnswer answer) => EncodedPrompt.Pair(answer.Ids, answer.PromptLength, answer.Ids, answer.PromptLength);
        if (TrainingGolden.TextsOf(Options.ModelPath, areSingle ? [.. rows.Select(r => Doubled(r.Chosen))] : rows) is not { } texts) return null;
        string bos = HfTokenizer.Load(Options.ModelPath).Decode([rows[0].Chosen.Ids[0]], skipSpecialTokens: false);
        return areSingle
            ? context.Data.LoadFromEnumerable(texts.Zip(rows, (text, row) => new LabelledResponse
                { Prompt = bos + text.Prompt, Response = text.Chosen, Label = row.Chosen.Rating > 0 }))
            : context.Data.LoadFromEnumerable(texts.Select(t => new TextPair { Prompt = bos + t.Prompt, Chosen = t.Chosen, Rejected = t.Rejected }));
    }

    /// <summary>As a fit does before its first step.</summary>
    public void AddReferences()
    {
        IReward reward = Options.CreateLoss().Reward;
        var scorer = new ReferenceScorer(new ReferenceTable(new string('0', 64), reward.WeighsTokens), reward, Options.TokensPerMicroBatch);
        Train = scorer.Fill(Train, () => Decoder, CancellationToken.None);
        Evaluation = scorer.Fill(Evaluation, () => Decoder, CancellationToken.None);
    }

    public void Dispose()
    {
        Decoder.Dispose();
        FinalAdapter?.Dispose();
    }

    private static int[] Indices(JsonElement batch, Dictionary<int, int> places) => [.. batch.EnumerateArray().Select(i => places[i.GetInt32()])];

    /// <returns>The rows that are used, and where a row of the data stands among them.</returns>
    private (IReadOnlyList<EncodedPrompt> Rows, Dictionary<int, int> Places) Prepare(IReadOnlyList<EncodedPrompt> rows)
    {
        List<EncodedPrompt> used = [];
        Dictionary<int, int> places = [];
        for (int i = 0; i < rows.Count; i++)
        {
            if ((IsTrl116 ? KeepStart.Fit(rows[i], Options.MaxLength) : rows[i]) is not { } fitted) continue;
            places[i] = used.Count;
            used.Add(fitted);
        }
        return (Options.Prepare(used, null!, null!), places);
    }

    private bool HasTerm(DpoLossType type) => Options is DpoTrainer.Options dpo && (dpo.Mix?.Terms.Any(t => t.Type == type) ?? dpo.LossType == type);

    private string Text(string name) => _config.GetProperty(name).GetString()!;

    private static JsonElement Read(string path) => JsonDocument.Parse(GoldenFile.ReadBytes(path)).RootElement;

    /// <summary>Pairs, or rows of an answer with its label.</summary>
    private static List<EncodedPrompt> ReadRows(string path) => [.. GoldenFile.ReadLines(path).Select((line, i) =>
    {
        JsonElement row = JsonDocument.Parse(line).RootElement;
        int[] Ids(string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
        int[] prompt = Ids("prompt_ids");
        return row.TryGetProperty("label", out JsonElement label)
            ? new EncodedPrompt(Rated([.. prompt, .. Ids("completion_ids")], prompt.Length, label.GetBoolean())) { Row = i + 1 }
            : EncodedPrompt.Pair([.. prompt, .. Ids("chosen_ids")], prompt.Length, [.. prompt, .. Ids("rejected_ids")], prompt.Length, i + 1);
    })];

    private static EncodedAnswer Rated(int[] ids, int promptLength, bool isDesirable) => new(ids, promptLength) { Rating = isDesirable ? 1 : 0 };
}
