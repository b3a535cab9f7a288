using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.SimPO;

namespace ChatServer;

/// <summary>
/// The model, its engines, which are for one thread each, and a watch over its file: when a new zip takes its place it is loaded and takes over. Requests that
/// the old one is answering come to their end, for its weights stay as long as work uses them.
/// </summary>
internal sealed class ServedModel : IDisposable
{
    private readonly MLContext _ml = new();
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly FileSystemWatcher? _watcher;
    private volatile Loaded _current;

    public ServedModel(string path)
    {
        _path = Path.GetFullPath(path);
        _current = Load();
        if (Directory.Exists(_path)) return;
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!, Path.GetFileName(_path));
        _watcher.Created += (_, _) => Reload();
        _watcher.Renamed += (_, _) => Reload(); // SaveAtomically renames
        _watcher.EnableRaisingEvents = true;
    }

    public IChatClient Chat => _current.Chat;

    public ScoreResponse Score(ScoreRequest pair)
    {
        while (true)
        {
            Loaded model = _current;
            try
            {
                return model.Score(pair);
            }
            catch (ObjectDisposedException) when (model != _current)
            {
                // It was replaced between these two lines: the new one answers.
            }
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _current.Dispose();
    }

    private void Reload()
    {
        try
        {
            lock (_gate)
            {
                Loaded before = _current;
                _current = Load();
                before.Dispose();
            }
        }
        catch (Exception e) // whatever it is: an error of a watcher would end the program, and the model that is there goes on
        {
            Console.Error.WriteLine($"'{_path}' is not taken over: {e.GetBaseException().Message}");
        }
    }

    private Loaded Load() => new(_ml, File.Exists(_path) ? (AlignmentTransformer)_ml.Model.Load(_path, out _) : _ml.Alignment.LoadModel(_path));

    private sealed class Loaded(MLContext ml, AlignmentTransformer model) : IDisposable
    {
        private readonly ConcurrentBag<PredictionEngine<ScoreRequest, ScoreResponse>> _engines = [];

        public IChatClient Chat { get; } = model.AsChatClient();

        public ScoreResponse Score(ScoreRequest pair)
        {
            if (!_engines.TryTake(out PredictionEngine<ScoreRequest, ScoreResponse>? engine))
                engine = ml.Model.CreatePredictionEngine<ScoreRequest, ScoreResponse>(model);
            try
            {
                return engine.Predict(pair);
            }
            finally
            {
                _engines.Add(engine);
            }
        }

        public void Dispose() => model.Dispose();
    }
}
