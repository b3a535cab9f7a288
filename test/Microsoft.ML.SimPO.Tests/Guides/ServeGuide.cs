using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/serve.md, to the letter.</summary>
internal static class ServeGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext();
        using AlignmentTransformer model = ml.Alignment.LoadModel("model");
        using PredictionEngine<Pair, PairScores> engine =
            ml.Model.CreatePredictionEngine<Pair, PairScores>(model, new PredictionEngineOptions { OwnsTransformer = false });
        PairScores score = engine.Predict(new Pair { Prompt = "Where is my order?", Chosen = "On its way.", Rejected = "Ask somebody else." });
        Console.WriteLine($"margin {score.Margin:F3}, chosen is better: {score.PredictedLabel}");

        IDataView answers = ml.Data.LoadFromEnumerable(new[]
        {
            new Answer { Prompt = "Where is my order?", Response = "On its way." },
            new Answer { Prompt = "Where is my order?", Response = "Ask somebody else." },
        });
        ITransformer scorer = ml.Alignment.Transforms.ScoreResponses(model).Fit(answers);
        foreach (float reward in scorer.Transform(answers).GetColumn<float>("Reward")) Console.WriteLine($"reward {reward:F3}");

        Console.WriteLine(model.Generate(["What is the status of order 4355?"], new GenerationOptions { MaxNewTokens = 64 })[0]);

        DataViewSchema schema = ml.Data.LoadFromEnumerable<Pair>([]).Schema;
        ml.Model.SaveAtomically(model, schema, "served.zip");
        using var current = new CurrentModel(ml, "served.zip");
        Task<string> running = Task.Run(() => current.Use(m => m.Generate("What is the status of order 4355?")));
        ml.Model.SaveAtomically(model, schema, "served.zip"); // a new one takes the file's place
        current.Reload(); // at once; the watcher does it by itself a moment later
        Console.WriteLine($"{running.Result} {current.Use(m => m.ModelFamily)}");
        // </guide>
    }

    private sealed class Pair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }

    private sealed class CurrentModel : IDisposable
    {
        private readonly MLContext _ml;
        private readonly string _path;
        private readonly FileSystemWatcher _watcher;
        private readonly Lock _gate = new();
        private volatile AlignmentTransformer _model;
        private bool _isDisposed;

        public CurrentModel(MLContext ml, string path)
        {
            (_ml, _path) = (ml, Path.GetFullPath(path));
            _model = (AlignmentTransformer)ml.Model.Load(_path, out _);
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!, Path.GetFileName(_path));
            _watcher.Renamed += (_, _) => Reload(); // SaveAtomically writes beside the file and renames
            _watcher.EnableRaisingEvents = true;
        }

        public T Use<T>(Func<AlignmentTransformer, T> use)
        {
            while (true)
            {
                AlignmentTransformer model = _model;
                try
                {
                    return use(model);
                }
                catch (ObjectDisposedException) when (model != _model)
                {
                    // It was replaced between these lines: the new one answers.
                }
            }
        }

        public void Reload()
        {
            try
            {
                lock (_gate)
                {
                    if (_isDisposed) return;
                    AlignmentTransformer before = _model;
                    _model = (AlignmentTransformer)_ml.Model.Load(_path, out _);
                    before.Dispose();
                }
            }
            catch (Exception e)
            {
                Console.Error.WriteLine($"The model stays: {e.GetBaseException().Message}"); // damaged, or not there yet
            }
        }

        public void Dispose()
        {
            _watcher.Dispose();
            lock (_gate)
            {
                _isDisposed = true;
                _model.Dispose();
            }
        }
    }

    private sealed class PairScores
    {
        public float Margin { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Answer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";
    }
}
