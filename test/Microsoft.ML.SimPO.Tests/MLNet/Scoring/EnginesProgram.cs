using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A program that ends prediction engines which believe that the model is their own, in every way that programs do, on many threads and so often that what ends
/// them is compiled with all that the compiler can do: the model stays. Then it is its owner that ends models, in every way that owners do.
/// </summary>
internal static class EnginesProgram
{
    private static readonly MLContext Context = new(seed: 1);

    /// <param name="what">How many threads, how many times.</param>
    public static int Run(string[] what)
    {
        Console.WriteLine(End(int.Parse(what[0], CultureInfo.InvariantCulture), int.Parse(what[1], CultureInfo.InvariantCulture)));
        return 0;
    }

    private static string End(int threads, int times)
    {
        using AlignmentTransformer model = Context.Alignment.LoadModel(TinyModel.Folder);
        string? fault = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            try
            {
                EndEngines(model, times);
            }
            catch (ObjectDisposedException e)
            {
                fault = $"an engine disposed the model: {e}";
            }
            for (int i = 0; i < times && fault is null; i += 20) fault ??= EndOwners(model);
        }))];
        foreach (Thread thread in all) thread.Start();
        foreach (Thread thread in all) thread.Join();
        if (fault is not null) return fault;
        model.Dispose();
        return model.Model.IsDisposed ? "well" : "the owner did not dispose the model";
    }

    /// <summary>Each way so often in one call of this method that it is compiled anew while it runs.</summary>
    private static void EndEngines(AlignmentTransformer model, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using PredictionEngine<TextPair, ScoredPair> engine = Engine(model);
        }
        for (int i = 0; i < times; i++) Engine(model).Dispose();
        for (int i = 0; i < times; i++) End(Engine(model));
        for (int i = 0; i < times; i++) EndAll(Engine(model), Stream.Null);
        for (int i = 0; i < times; i++) EndInMethod(model);
        for (int i = 0; i < times; i++) End(Engine(Chain(model)));
        for (int i = 0; i < times; i++)
        {
            using PredictionEngine<TextPair, ScoredPair> engine = Engine(Chain(model));
        }
        model.Transform(Context.Data.LoadFromEnumerable<TextPair>([]));
    }

    private static void EndInMethod(ITransformer model)
    {
        using PredictionEngine<TextPair, ScoredPair> engine = Engine(model);
    }

    /// <param name="model">Each owns a share of its weights.</param>
    private static string? EndOwners(AlignmentTransformer model)
    {
        string? fault = null;
        void Check(string way, Action<AlignmentTransformer> end)
        {
            AlignmentTransformer own = model.WithExternalWeights(null);
            end(own);
            if (!own.Model.IsDisposed) fault ??= $"an owner {way} did not dispose its model";
        }
        Check("by a call", static own => own.Dispose());
        Check("by a call while an engine is left", static own =>
        {
            _ = Engine(own);
            own.Dispose();
        });
        Check("by using, after its engine", static own =>
        {
            using (own)
            {
                using PredictionEngine<TextPair, ScoredPair> engine = Engine(own);
            }
        });
        Check("among others, after its engine", static own => EndAll(Engine(own), own));
        Check("by a call, after its chain's engine", static own =>
        {
            TransformerChain<AlignmentTransformer> chain = Chain(own);
            Engine(chain).Dispose();
            chain.LastTransformer.Dispose();
        });
        Check("with its chain", static own => Chain(own).Dispose());
        Check("by using, with an engine that does not believe that it owns the model", UseAlone);
        return fault;
    }

    /// <summary>On a stack of its own: nothing on it ends engines that believe to own the model.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseAlone(AlignmentTransformer own)
    {
        using (own)
        {
            using PredictionEngine<TextPair, ScoredPair> engine =
                Context.Model.CreatePredictionEngine<TextPair, ScoredPair>(own, new PredictionEngineOptions { OwnsTransformer = false });
        }
    }

    private static TransformerChain<AlignmentTransformer> Chain(AlignmentTransformer model)
    {
        IDataView none = Context.Data.LoadFromEnumerable<TextPair>([]);
        return new TransformerChain<ITransformer>(Context.Transforms.CopyColumns("Question", "Prompt").Fit(none)).Append(model);
    }

    /// <summary>With the options that an application has by default.</summary>
    private static PredictionEngine<TextPair, ScoredPair> Engine(ITransformer model) => Context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);

    private static void End(IDisposable any) => any.Dispose();

    private static void EndAll(params IDisposable[] all)
    {
        foreach (IDisposable any in all) any.Dispose();
    }
}
