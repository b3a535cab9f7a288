using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>
/// A run of six steps in three epochs: a small decoder with random weights, random pairs, and evaluations whose loss is what the test says of the weights.
/// </summary>
internal sealed class SmallRun : ITrainingLog, IDisposable
{
    private static readonly EncodedPrompt[] Pairs = RandomPairs.Make(4);

    private readonly TrainingSettings _settings = new() { LearningRate = 3e-3, Scheduler = LearningRateScheduler.Constant };

    public Decoder Decoder { get; init; } = RandomDecoder.Make();

    public SessionSettings Settings { get; set; } = new() { Diagnosed = new(2, 3e-3) };

    /// <summary>The run's folder; null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether the run goes on from the newest checkpoint of the folder, where there is one.</summary>
    public bool Resumes { get; init; }

    /// <summary>The loss of an evaluation after a step; null for a run without evaluations.</summary>
    public Func<int, double>? Loss { get; set; }

    public List<string> Log { get; } = [];

    /// <summary>Is called with every line of the log.</summary>
    public Action<string>? OnLog { get; set; }

    /// <summary>Is called in the middle of writing a checkpoint.</summary>
    public Action? OnSave { get; set; }

    /// <summary>Another number for other weights.</summary>
    public double SumOfWeights() => Decoder.Parameters.Sum(p => p.Value.data<float>().Sum(v => Math.Abs((double)v)));

    public float[][] Weights() => [.. Decoder.Parameters.Select(p => p.Value.data<float>().ToArray())];

    public TrainingRun Run(CancellationToken cancellationToken = default)
    {
        using RunFolder? folder = Folder is null ? null : RunFolder.Open(Folder, Resumes);
        RunIdentity identity = RunIdentity.Of(
            new Dictionary<string, string>(), new Watched(() => OnSave?.Invoke()), Decoder, freezes: false, [], Pairs, Loss is null ? null : Pairs);
        RunOrigin origin = RunOrigin.Of(Resumes ? folder!.FindNewest(Warning) : null, identity, seed: 1, shuffles: true);
        var data = new RunData(Pairs, new PairCounts { Used = Pairs.Length });
        using var session = new TrainingSession(
            Decoder, Settings, origin, new CheckpointStore(folder, Decoder, new ModelFiles("memory", [])), data, Loss is null ? null : data, Evaluate, this);
        var loop = new TrainingLoop(Decoder, new SimPOLoss(2, 0.5), _settings);
        return session.Run(loop, new StepPlanner(Pairs, 2, int.MaxValue).Plan(3, origin.Seed, cancellationToken), cancellationToken);
    }

    public void Info(string message) => Say($"Info {message}");

    public void Warning(string message) => Say($"Warning {message}");

    public void Error(string message) => Say($"Error {message}");

    public void Dispose() => Decoder.Dispose();

    private void Say(string line)
    {
        Log.Add(line);
        OnLog?.Invoke(line);
    }

    private ValidationResult Evaluate(RunData data, int step, double epoch, CancellationToken cancellationToken)
    {
        double loss = Loss!(step);
        cancellationToken.ThrowIfCancellationRequested();
        var sum = new MetricsSum(1);
        sum.Add(loss, 0);
        return new ValidationResult(step, epoch, loss, sum.Metrics()) { Figures = new EvaluationFigures(loss, loss, 0, 1, loss, -1, -2) };
    }

    /// <summary>Settings that tell when they are written: then the files of a checkpoint are half there.</summary>
    private sealed class Watched(Action onRead) : IReadOnlyDictionary<string, string>
    {
        private readonly Dictionary<string, string> _values = new() { ["cut"] = "none" };

        public int Count => 1;

        public IEnumerable<string> Keys => _values.Keys;

        public IEnumerable<string> Values => _values.Values;

        public string this[string key] => _values[key];

        public bool ContainsKey(string key) => _values.ContainsKey(key);

        public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string value) => _values.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
        {
            onRead();
            return _values.GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
