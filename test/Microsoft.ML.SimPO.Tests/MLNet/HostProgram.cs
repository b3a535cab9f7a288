using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Writing;
using TorchSharp;

namespace Microsoft.ML.SimPO;

/// <summary>A program that uses the library and has settings of its own, in a process of its own; prints what came of it.</summary>
internal static class HostProgram
{
    public const string Variable = "SIMPO_TEST_HOST";

    /// <param name="what"><c>type</c> and the default type of tensors, <c>handlers</c>, <c>engines optimized</c> or <c>engines hot</c>.</param>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ');
        if (parts[0] == "handlers") return PrintHandlers();
        if (parts[0] == "engines") return parts[1] == "hot" ? EndHotEngines() : EndEngines(parts[1] == "optimized");
        using (torch.Tensor first = torch.zeros(1)) { } // loads the native libraries, whose default type it is
        if (parts[1] == "float64") torch.set_default_dtype(torch.ScalarType.Float64);
        if (parts[1] == "float64") torch.set_default_device(new torch.Device(DeviceType.META)); // what lies there has no values
        Console.WriteLine(Figures());
        return 0;
    }

    /// <summary>All bits of a fit, of an adapter's, of scores and of generated text.</summary>
    public static string Figures()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));
        List<string> figures = [];
        foreach (LoraOptions? lora in new[] { null, new LoraOptions { Rank = 4 } })
        {
            using AlignmentTransformer model = context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.Lora, o.GradientCheckpointing) = (lora, true)))
                .Fit(data);
            figures.AddRange(model.TrainingRun.Steps.Select(s => s.Loss.ToString("R", CultureInfo.InvariantCulture)));
            figures.Add(context.Alignment.Evaluate(model.Transform(data)).MeanMargin.ToString("R", CultureInfo.InvariantCulture));
            figures.AddRange(model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 8, Sample = true, Seed = 1 }));
        }
        return string.Join('|', figures).ReplaceLineEndings(" ");
    }

    /// <summary>What hangs on the events of the process after data of every container was read.</summary>
    private static int PrintHandlers()
    {
        using var folder = new TemporaryFolder();
        string[] before = Handlers();
        PreferenceRow[] rows = [new("p", "c", "r", null, null), new("q", "c", "r", null, null)];
        foreach (string name in new[] { "a.jsonl", "a.parquet" })
        {
            PreferenceWriter.Write(folder.File(name), rows, scores: false);
            new MLContext().Alignment.LoadPreferences(folder.File(name)).Preview();
        }
        new MLContext().Alignment.LoadPreferences(folder.Write("a.csv", "prompt,chosen,rejected\np,c,r\n")).Preview();
        foreach (string handler in Handlers().Except(before)) Console.WriteLine(handler);
        return 0;
    }

    /// <summary>
    /// Ends engines so often, in every way that programs do, that what ends them is compiled with all that the compiler can do: the model stays, and goes when
    /// its owner disposes it, also where that is the next that happens.
    /// </summary>
    /// <param name="optimizes">Whether all code is compiled with all that the compiler can do.</param>
    private static int EndEngines(bool optimizes)
    {
        var context = new MLContext(seed: 1);
        PredictionEngine<TextPair, ScoredPair> Engine(AlignmentTransformer of, bool owns) => owns
            ? context.Model.CreatePredictionEngine<TextPair, ScoredPair>(of) // as by default
            : context.Model.CreatePredictionEngine<TextPair, ScoredPair>(of, new PredictionEngineOptions { OwnsTransformer = false });
        IDataView one = context.Data.LoadFromEnumerable([new TextPair { Prompt = "p", Chosen = "c", Rejected = "r" }]);
        DataViewRow Row(AlignmentTransformer of)
        {
            DataViewRowCursor cursor = one.GetRowCursor(one.Schema);
            cursor.MoveNext();
            return Internals.MapRow(of.GetRowToRowMapper(one.Schema), cursor, [((ITransformer)of).GetOutputSchema(one.Schema)["Score"]]);
        }
        using AlignmentTransformer model = context.Alignment.LoadModel(TinyModel.Folder);
        for (int i = 0; i < 100; i++)
        {
            if (optimizes) End(Row(model), model);
            End(Engine(model, owns: true));
            EndUsing(Engine(model, owns: true));
            EndAll(Engine(model, owns: true), new MemoryStream());
            if (model.Model.IsDisposed) return Say($"engine {i} disposed the model");
            AlignmentTransformer own = model.WithExternalWeights(null), other = model.WithExternalWeights(null), third = model.WithExternalWeights(null);
            if (optimizes) EndOne(Row(own));
            End(Engine(own, owns: false), own);
            EndUsing(Engine(other, owns: false), other);
            EndAll(Engine(third, owns: false), third);
            if (!own.Model.IsDisposed || !other.Model.IsDisposed || !third.Model.IsDisposed)
                return Say($"its owner did not dispose the model after engine {i}");
        }
        return Say("well");
    }

    /// <summary>
    /// Ends engines that believe that the model is their own, on several threads and so often that what ends them is compiled anew by what it was seen to do.
    /// </summary>
    private static int EndHotEngines()
    {
        var context = new MLContext(seed: 1);
        using AlignmentTransformer model = context.Alignment.LoadModel(TinyModel.Folder);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 1000 && !model.Model.IsDisposed; i++)
            {
                using (PredictionEngine<TextPair, ScoredPair> first = context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model)) GC.KeepAlive(first);
                if (model.Model.IsDisposed) break;
                using PredictionEngine<TextPair, ScoredPair> second = context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (model.Model.IsDisposed) return Say("an engine disposed the model");
        model.Dispose();
        return Say(model.Model.IsDisposed ? "well" : "its owner did not dispose the model");
    }

    private static void End(PredictionEngine<TextPair, ScoredPair> engine) => engine.Dispose();

    /// <summary>As an engine does it that was compiled into what ends it: nothing on the stack says so.</summary>
    private static void End(DataViewRow row, AlignmentTransformer model) => EndBoth(row, model);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndBoth(DataViewRow row, IDisposable model)
    {
        row.Dispose();
        model.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndOne(DataViewRow row) => row.Dispose();

    private static void EndUsing(PredictionEngine<TextPair, ScoredPair> engine)
    {
        using (engine) _ = engine.OutputSchema;
    }

    private static void End(PredictionEngine<TextPair, ScoredPair> engine, AlignmentTransformer model)
    {
        engine.Dispose();
        model.Dispose();
    }

    private static void EndUsing(PredictionEngine<TextPair, ScoredPair> engine, AlignmentTransformer model)
    {
        using (model)
        {
            using (engine) _ = engine.OutputSchema;
        }
    }

    private static void EndAll(params IDisposable[] all)
    {
        foreach (IDisposable end in all) end.Dispose();
    }

    private static int Say(string what)
    {
        Console.WriteLine(what);
        return 0;
    }

    private static string[] Handlers() =>
    [
        .. from type in new[] { typeof(AppContext), typeof(AppDomain), typeof(System.Runtime.Loader.AssemblyLoadContext) }
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic)
           where typeof(Delegate).IsAssignableFrom(field.FieldType)
           let value = (Delegate?)field.GetValue(field.IsStatic ? null : type == typeof(AppDomain) ? AppDomain.CurrentDomain
               : System.Runtime.Loader.AssemblyLoadContext.Default)
           where value is not null
           from handler in value.GetInvocationList()
           select $"{type.Name}.{field.Name}: {handler.Method.DeclaringType}.{handler.Method.Name}",
    ];
}
