using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Scoring;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>A model that is disposed while others use it: work under way ends well, what comes later says that it is gone, memory is freed.</summary>
public sealed class DisposalTests(ITestOutputHelper output)
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    [Fact]
    public void Weights_stay_until_the_work_that_uses_them_has_ended()
    {
        long before = LiveTensors.CountWithoutGarbage();
        AlignmentTransformer model = Load();
        int weights = model.Model.Decoder.Parameters.Count;
        using (ModelLease first = model.Model.Enter(), second = model.Model.Enter())
        {
            model.Dispose();
            first.Dispose();
            first.Dispose(); // ends once
            Assert.Equal(before + weights, LiveTensors.Count);
            Assert.Throws<ObjectDisposedException>(model.Model.Enter);
        }
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void An_answer_that_is_being_written_when_the_model_is_disposed_is_whole()
    {
        AlignmentTransformer model = Load();
        var options = new GenerationOptions { MaxNewTokens = 24 };
        string prompt = QuickStartFiles.Pairs(1)[0].Prompt, expected = model.Generate(prompt, options);
        long before = LiveTensors.Count;
        string written = "";
        foreach (string piece in model.GenerateStreaming(prompt, options).ToBlockingEnumerable())
        {
            if (written.Length == 0) model.Dispose();
            written += piece;
        }
        Assert.Equal(expected, written);
        Assert.True(LiveTensors.Count < before);
    }

    [Fact]
    public void Every_call_after_it_says_that_the_model_is_gone()
    {
        AlignmentTransformer model = Load();
        IDataView lazy = model.Transform(Data);
        var scorer = _context.Alignment.Transforms.ScoreResponses(model, responseColumnName: "Chosen").Fit(Data);
        PredictionEngine<TextPair, ScoredPair> engine = _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);
        using var chat = model.AsChatClient();
        model.Dispose();
        Action[] calls =
        [
            () => model.Transform(Data), () => model.GetRowToRowMapper(Data.Schema), () => _ = lazy.GetColumn<float>("Score").ToArray(),
            () => scorer.Transform(Data), () => engine.Predict(QuickStartFiles.Pairs(1)[0]), () => model.Generate("hi"),
            () => _ = model.GenerateStreaming("hi").ToBlockingEnumerable().Count(), () => model.SaveCheckpoint("nowhere"), () => model.SaveAdapter("nowhere"),
            () => model.Describe(), () => model.WithAdapter("nowhere"), () => _ = model.ParameterCount,
            () => _context.Model.Save(model, Data.Schema, Stream.Null), () => _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model),
            () => chat.GetResponseAsync([new(Microsoft.Extensions.AI.ChatRole.User, "hi")]).GetAwaiter().GetResult(),
            () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.ModelPath, o.BaseModel) = ("", model))).Fit(Data),
        ];
        for (int i = 0; i < calls.Length; i++)
        {
            Exception? error = Record.Exception(calls[i]);
            while (error is { InnerException: { } inner } and not ObjectDisposedException) error = inner;
            Assert.True(error is ObjectDisposedException, $"call {i}: {error}");
        }
    }

    [Fact]
    public void A_prediction_engine_never_disposes_the_model()
    {
        using AlignmentTransformer model = Load();
        TextPair pair = QuickStartFiles.Pairs(1)[0];
        PredictionEngine<TextPair, ScoredPair> first = Engine(model), second = Engine(model);
        float expected = first.Predict(pair).Score;
        first.Dispose();
        Assert.Equal(expected, second.Predict(pair).Score);
        second.Dispose();
        using PredictionEngine<TextPair, ScoredPair> third = Engine(model);
        Assert.Equal(expected, third.Predict(pair).Score);

        // Also where the engine is that of a chain, which disposes its parts.
        using TransformerChain<AlignmentTransformer> chain = Chained(model);
        using (PredictionEngine<TextPair, ScoredPair> chained = Engine(chain)) chained.Predict(pair);
        Assert.Equal(expected, third.Predict(pair).Score);
    }

    /// <summary>However it is ended, and whatever engines are left.</summary>
    [Fact]
    public void Its_owner_does_at_once()
    {
        TextPair pair = QuickStartFiles.Pairs(1)[0];
        Action<AlignmentTransformer>[] ways =
        [
            model => model.Dispose(),
            model =>
            {
                using (model) _ = model.Beta;
            },
            model => (model as ITransformer as IDisposable)?.Dispose(),
            model => Chained(model).Dispose(),
        ];
        foreach (Action<AlignmentTransformer> end in ways)
        {
            AlignmentTransformer model = Load();
            PredictionEngine<TextPair, ScoredPair> left = Engine(model), chained = Engine(Chained(model));
            Assert.Equal(left.Predict(pair).Score, chained.Predict(pair).Score);
            end(model);
            Assert.True(model.Model.IsDisposed);
            Assert.Throws<ObjectDisposedException>(() => model.Transform(Data));
            left.Dispose();
            chained.Dispose();
        }
    }

    /// <summary>
    /// On 16 threads, and so often that the engine's code is compiled into that of whoever ends it, of which nothing is on the stack then; in every way that
    /// the runtime compiles: by what code was seen to do, without looking, and at once. The settings have it done within a hundred rounds of a loop.
    /// </summary>
    [Theory]
    [InlineData("TieredPGO", "1")]
    [InlineData("TieredPGO", "0")]
    [InlineData("TieredCompilation", "0")]
    public void Nor_does_it_when_its_code_is_compiled_into_that_of_whoever_ends_it(string setting, string value) =>
        EndEngines("16 40", [.. Hurry, ("DOTNET_TieredPGO", "1"), ($"DOTNET_{setting}", value)]);

    /// <summary>By the runtime's own settings.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData("TieredPGO", "1")]
    [InlineData("TieredPGO", "0")]
    [InlineData("TieredCompilation", "0")]
    public void Nor_does_it_in_thousands_of_rounds(string setting, string value) =>
        EndEngines("16 2000", [("DOTNET_TieredPGO", "1"), ($"DOTNET_{setting}", value)]);

    private static (string, string)[] Hurry =>
    [
        ("DOTNET_TC_CallCountingDelayMs", "0"), ("DOTNET_TC_OnStackReplacement_InitialCounter", "20"), ("DOTNET_OSR_CounterBump", "20"),
        ("DOTNET_OSR_HitLimit", "1"),
    ];

    private static void EndEngines(string size, (string, string)[] settings) =>
        Assert.Equal("well", HookedProcess.Run(HostProgram.Variable, $"engines {size}", null, settings).Trim());

    /// <summary>Two thousand times, in parts.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_pool_of_engines_on_16_threads_is_served_until_the_model_is_disposed_250_times_over(int part) => RunPool(250, part);

    [Fact]
    public void A_pool_of_engines_on_16_threads_is_served_until_the_model_is_disposed() => RunPool(2, 0);

    private void RunPool(int rounds, int part)
    {
        long before = LiveTensors.CountWithoutGarbage();
        TextPair pair = QuickStartFiles.Pairs(8)[part % 8];
        long predictions = 0;
        for (int i = 0; i < rounds; i++)
        {
            AlignmentTransformer model = _context.Alignment.LoadModel(TinyModel.Folder, QuickStartFiles.Options());
            PredictionEngine<TextPair, ScoredPair> NewEngine() => part % 2 == 0 ? Engine(model) : Engine(Chained(model));
            float expected = NewEngine().Predict(pair).Score;
            int done = 0, gone = 0, early = 0;
            bool isOver = false;
            using var barrier = new Barrier(17);
            Thread[] threads = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() =>
            {
                using (PredictionEngine<TextPair, ScoredPair> own = NewEngine()) Assert.Equal(expected, own.Predict(pair).Score);
                barrier.SignalAndWait();
                try
                {
                    while (true)
                    {
                        using PredictionEngine<TextPair, ScoredPair> own = NewEngine();
                        if (own.Predict(pair).Score != expected) return;
                        Interlocked.Increment(ref done);
                    }
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref gone);
                    if (!Volatile.Read(ref isOver)) Interlocked.Increment(ref early);
                }
            }))];
            foreach (Thread thread in threads) thread.Start();
            barrier.SignalAndWait();
            SpinWait.SpinUntil(() => Volatile.Read(ref done) > 0);
            Volatile.Write(ref isOver, true);
            if (i % 2 == 0) model.Dispose();
            else ((IDisposable)model).Dispose(); // as `using` does it
            Assert.Throws<ObjectDisposedException>(() => model.Transform(Data));
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal((16, 0), (gone, early));
            predictions += 16 + done;
        }
        output.WriteLine($"{rounds} disposals under 16 threads: {predictions} predictions, {16L * rounds} told that the model is gone");
        Assert.Equal(before, LiveTensors.CountWithoutGarbage());
    }

    private AlignmentTransformer Load() => _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options());

    /// <summary>With the options that an application has by default: the engine believes that the model is its own.</summary>
    private PredictionEngine<TextPair, ScoredPair> Engine(ITransformer model) => _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);

    private TransformerChain<AlignmentTransformer> Chained(AlignmentTransformer model) =>
        _context.Transforms.CopyColumns("Question", "Prompt").Append(new Fitted(model)).Fit(Data);

    private sealed class Fitted(AlignmentTransformer model) : IEstimator<AlignmentTransformer>
    {
        public AlignmentTransformer Fit(IDataView input) => model;

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => model.GetOutputSchema(inputSchema);
    }
}
