using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Files of models and runs that were changed at random, loaded and used in a process of their own; counts what came of them, by kind.</summary>
internal static class HostileModels
{
    public const string Variable = "SIMPO_HOSTILE_MODELS";

    private static readonly string[] OfConfigs =
    [
        "num_experts", "num_local_experts", "sliding_window", "layer_types", "logits_scaling", "query_pre_attn_scalar", "final_logit_softcapping",
        "partial_rotary_factor", "no_rope_layers", "moe_intermediate_size", "embedding_multiplier", "quantization_config", "rope_scaling", "rope_parameters",
        "head_dim", "layer_norm_eps", "rope_local_base_freq", "attention_multiplier", "residual_multiplier", "num_experts_per_tok", "norm_topk_prob",
    ];

    private static readonly string[] OfAdapters =
        ["rank_pattern", "alpha_pattern", "modules_to_save", "use_rslora", "use_dora", "layers_to_transform", "exclude_modules", "target_parameters", "bias"];

    private static readonly TextPair[] Pairs =
    [
        new() { Prompt = "Where is my order?", Chosen = "On its way: 3–5 days.", Rejected = "<s>No</s>" },
        new() { Prompt = "And then?", Chosen = "Yes", Rejected = "שלום 👋" },
    ];

    /// <param name="what">Kind, number of changed ones, and the seed: <c>models 500 1</c>.</param>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ');
        int count = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(parts[2], CultureInfo.InvariantCulture));
        using var folder = new TempFolder();
        TinyModel.WriteTo(folder.File("tiny"));
        Func<Random, Action> change = parts[0] switch
        {
            "models" => Models(folder),
            "zips" => Zips(folder),
            "adapters" => Adapters(folder),
            "runs" => Runs(folder),
            "recipes" => Recipes(folder),
            "options" => HostileOptions.Fits(folder.File("tiny"), Pairs),
            "answers" => HostileOptions.Answers(folder.File("tiny"), Pairs),
            _ => throw new ArgumentException(what),
        };
        var meter = new WorkMeter();
        for (int i = 0; i < count; i++)
        {
            Action use = change(random);
            meter.Do(FormattableString.Invariant($"{parts[0]} {i} of seed {parts[2]}"), () => Outcome(use));
        }
        Console.WriteLine(meter);
        return 0;
    }

    /// <returns>What came of it: nothing else than a result or one of the errors that are documented may.</returns>
    private static string Outcome(Action use)
    {
        try
        {
            use();
            return "used";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or InvalidOperationException or FormatException)
        {
            return e.GetType().Name;
        }
    }

    private static Func<Random, Action> Models(TempFolder folder)
    {
        string model = TinyModel.WriteTo(folder.File("model")), changed = TinyModel.Config;
        var context = new MLContext(seed: 1);
        return random =>
        {
            File.WriteAllBytes(Path.Combine(model, changed), TinyModel.Files[changed]);
            int kind = random.Next(6);
            changed = kind < 2 ? TinyModel.Weights : kind > 3 ? TinyModel.Config : TinyModel.SmallFiles[random.Next(TinyModel.SmallFiles.Count)];
            string file = Path.Combine(model, changed);
            if (kind == 0) HostileChange.Bytes(file, random, most: 4000);
            else if (kind == 1) HostileChange.Header(file, random);
            else if (kind == 2) HostileChange.Bytes(file, random, most: int.MaxValue);
            else HostileChange.Json(file, random, kind == 3 ? [] : OfConfigs);
            return () =>
            {
                context.Alignment.DescribeModel(model);
                using AlignmentTransformer loaded = context.Alignment.LoadModel(model);
                Use(context, loaded);
            };
        };
    }

    private static Func<Random, Action> Zips(TempFolder folder)
    {
        string good = folder.File("good.zip"), bad = folder.File("bad.zip");
        var context = new MLContext(seed: 1);
        using (AlignmentTransformer model = context.Alignment.LoadModel(folder.File("tiny"))) context.Model.Save(model, null, good);
        byte[] content = File.ReadAllBytes(good);
        return random =>
        {
            File.WriteAllBytes(bad, content);
            // The directory at the end says what there is, and where.
            int least = random.Next(4) == 0 ? content.Length - 3000 : 0;
            HostileChange.Bytes(bad, random, most: least == 0 && random.Next(2) == 0 ? 20_000 : int.MaxValue, least);
            return () =>
            {
                using var loaded = (AlignmentTransformer)context.Model.Load(bad, out DataViewSchema _);
                Use(context, loaded);
            };
        };
    }

    private static Func<Random, Action> Adapters(TempFolder folder)
    {
        string adapter = folder.File("adapter"), changed = AdapterConfig.FileName;
        var context = new MLContext(seed: 1);
        using (AlignmentTransformer tuned = Fit(context, folder, o => o.Lora = new LoraOptions { Rank = 2 })) tuned.SaveAdapter(adapter);
        var good = Directory.EnumerateFiles(adapter).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal);
        AlignmentTransformer model = context.Alignment.LoadModel(folder.File("tiny")); // the process ends with it
        return random =>
        {
            File.WriteAllBytes(Path.Combine(adapter, changed), good[changed]);
            int kind = random.Next(5);
            changed = kind < 2 ? "adapter_model.safetensors" : AdapterConfig.FileName;
            string file = Path.Combine(adapter, changed);
            if (kind == 0) HostileChange.Bytes(file, random, most: 4000);
            else if (kind == 1) HostileChange.Header(file, random);
            else if (kind == 2) HostileChange.Bytes(file, random, most: int.MaxValue);
            else HostileChange.Json(file, random, OfAdapters);
            return () =>
            {
                using AlignmentTransformer adapted = model.WithAdapter(adapter);
                Use(context, adapted);
            };
        };
    }

    /// <summary>Folders of runs, which go on from a checkpoint of which a file was changed: it is passed over, or the run does not begin.</summary>
    private static Func<Random, Action> Runs(TempFolder folder)
    {
        string run = folder.File("run");
        var context = new MLContext(seed: 1);
        context.Log += (_, _) => { };
        Fit(context, folder, o => (o.OutputPath, o.SaveSteps, o.Lora) = (run, 1, new LoraOptions { Rank = 2 })).Dispose();
        var good = Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder.Path, f), File.ReadAllBytes);
        string[] names = [.. good.Keys.Where(n => n.Contains("checkpoint-2", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string state = names.Single(n => n.EndsWith("trainer_state.json", StringComparison.Ordinal));
        return random =>
        {
            Directory.Delete(run, recursive: true);
            foreach ((string name, byte[] content) in good) folder.Write(name, content);
            if (random.Next(2) == 0) HostileChange.Json(folder.File(state), random);
            else HostileChange.Bytes(folder.File(names[random.Next(names.Length)]), random, most: int.MaxValue);
            return () =>
                Fit(context, folder, o => (o.OutputPath, o.SaveSteps, o.ResumeFrom, o.Lora) = (run, 1, "Auto", new LoraOptions { Rank = 2 })).Dispose();
        };
    }

    private static Func<Random, Action> Recipes(TempFolder folder)
    {
        string path = folder.File("recipe.yaml");
        string good = RecipeText.SimPO("a/model", "b/pairs", "- train\n- test", "2.0", "0.5", "5.0e-7");
        var context = new MLContext(seed: 1);
        return random =>
        {
            File.WriteAllText(path, good);
            HostileChange.Bytes(path, random, most: int.MaxValue);
            return () => context.Alignment.Recipes.Load(path, RecipeText.Map("a/model", "b/pairs"));
        };
    }

    /// <summary>Two steps.</summary>
    private static AlignmentTransformer Fit(MLContext context, TempFolder folder, Action<SimPOTrainer.Options> change)
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o => (o.ModelPath, o.BatchSize) = (folder.File("tiny"), 2));
        change(options);
        return context.Alignment.Trainers.SimPO(options).Fit(context.Data.LoadFromEnumerable(Pairs.Concat(Pairs)));
    }

    private static void Use(MLContext context, AlignmentTransformer model)
    {
        IDataView scored = model.Transform(context.Data.LoadFromEnumerable(Pairs));
        if (!scored.GetColumn<float>("Margin").All(float.IsFinite)) throw new ArgumentException("a score that is no number");
        model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 3 });
    }
}
