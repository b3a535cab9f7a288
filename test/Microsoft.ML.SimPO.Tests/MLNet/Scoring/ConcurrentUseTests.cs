using System.Collections.Concurrent;
using Microsoft.ML.Data;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Many threads use the same models, and dispose them and put others in their place: each result has all bits of one that was computed alone, or the error that
/// the model is gone.
/// </summary>
public sealed class ConcurrentUseTests(ITestOutputHelper output)
{
    private const int Threads = 8, Models = 3;

    private const string Gone = "of a model that is gone";

    private static readonly TextPair Pair = new() { Prompt = "Why?", Chosen = "So.", Rejected = "No!" };

    private static readonly GenerationOptions Sampled = new() { MaxNewTokens = 3, Sample = true, Seed = 4 };

    private readonly MLContext _context = new(seed: 1);
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly AlignmentTransformer[] _models = new AlignmentTransformer[Models];
    private int _left;

    [Fact]
    public void A_thousand_operations_give_what_each_gives_alone() => Run(1000);

    [Fact]
    [Trait("Category", "Long")]
    public void Ten_thousand_operations_give_what_each_gives_alone() => Run(10_000);

    private void Run(int count)
    {
        long before = LiveTensors.CountWithoutGarbage();
        for (int i = 0; i < Models; i++) _models[i] = Load();
        (string Name, Func<AlignmentTransformer, string> Do)[] operations =
        [
            ("scores of an engine", m => Figure(Engine(m).Predict(Pair).Score)), ("scores of a view", ScoresOfAView), ("scores of a mapper", ScoresOfAMapper),
            ("answers", m => m.Generate(Pair.Prompt, new GenerationOptions { MaxNewTokens = 3 })), ("samples", m => m.Generate([Pair.Prompt], Sampled)[0]),
            ("pieces", m => string.Concat(m.GenerateStreaming(Pair.Prompt, Sampled).ToBlockingEnumerable())),
            ("descriptions", m => FormattableString.Invariant($"{m.ParameterCount} {m.Describe()}")),
        ];
        string[] expected = [.. operations.Select(o => o.Do(_models[0]))];
        _left = count;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(seed => new Thread(() => Work(seed, operations, expected)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        foreach (AlignmentTransformer model in _models) model.Dispose();
        output.WriteLine(string.Join(", ", _counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}")));
        Assert.Equal(count, _counts.Values.Sum());
        Assert.DoesNotContain(_counts.Keys, k => k.StartsWith("wrong", StringComparison.Ordinal));
        Assert.All(operations, o => Assert.True(_counts.GetValueOrDefault(o.Name) > 0, o.Name));
        Assert.Equal(before, LiveTensors.CountWithoutGarbage());
    }

    private void Work(int seed, (string Name, Func<AlignmentTransformer, string> Do)[] operations, string[] expected)
    {
        var random = new Random(seed);
        AlignmentTransformer model = _models[0];
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            int place = random.Next(Models), operation = random.Next(operations.Length);
            if (random.Next(40) == 0)
            {
                Interlocked.Exchange(ref _models[place], Load()).Dispose();
                Count("disposals");
                continue;
            }
            if (random.Next(4) == 0) model = Volatile.Read(ref _models[place]); // else that of before, which another may have disposed
            string kind = Outcome(operations[operation].Name, () => operations[operation].Do(model), expected[operation]);
            if (kind == Gone) model = Volatile.Read(ref _models[place]);
            Count(kind);
        }
    }

    private static string Outcome(string name, Func<string> work, string expected)
    {
        try
        {
            string found = work();
            return found == expected ? name : $"wrong {name}: {found} instead of {expected}";
        }
        catch (Exception e)
        {
            Exception? cause = e;
            while (cause is not (null or ObjectDisposedException)) cause = cause.InnerException;
            return cause is null ? $"wrong {name}: {e}" : Gone;
        }
    }

    private void Count(string kind) => _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);

    private AlignmentTransformer Load() => _context.Alignment.LoadModel(TinyModel.Folder, QuickStartFiles.Options());

    private PredictionEngine<TextPair, ScoredPair> Engine(AlignmentTransformer model) =>
        _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);

    private string ScoresOfAView(AlignmentTransformer model) =>
        string.Join(' ', model.Transform(_context.Data.LoadFromEnumerable([Pair, Pair])).GetColumn<float>("Margin").Select(Figure));

    private string ScoresOfAMapper(AlignmentTransformer model)
    {
        IDataView data = _context.Data.LoadFromEnumerable([Pair]);
        IRowToRowMapper mapper = model.GetRowToRowMapper(data.Schema);
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        cursor.MoveNext();
        DataViewSchema.Column score = ((ITransformer)model).GetOutputSchema(data.Schema)["Score"];
        return $"{Internals.Getter(Internals.MapRow(mapper, cursor, [score]), score)()}";
    }

    private static string Figure(float value) => FormattableString.Invariant($"{BitConverter.SingleToInt32Bits(value):X8}");
}
