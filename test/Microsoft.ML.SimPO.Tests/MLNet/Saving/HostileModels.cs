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
    ];

    private static readonly string[] OfAdapters =
        ["rank_pattern", "alpha_pattern", "modules_to_save", "use_rslora", "use_dora", "layers_to_transform", "exclude_modules", "target_parameters", "bias"];

    /// <param name="what">Kind, number of changed ones, and the seed: <c>models 500 1</c>.</param>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ');
        int count = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(parts[2], CultureInfo.InvariantCulture));
        using var folder = new TempFolder();
        Func<Random, Action> change = parts[0] switch
        {
            "models" => Models(folder),
            "zips" => Zips(folder),
            "adapters" => Adapters(folder),
            "runs" => Runs(folder),
            "recipes" => Recipes(folder),
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
        string model = folder.File("model");
        string[] weights = ["model.safetensors"], small = ["config.json", "generation_config.json", "special_tokens_map.json", "tokenizer.json",
            "tokenizer_config.json"];
        var good = small.Concat(weights).ToDictionary(n => n, n => File.ReadAllBytes(Path.Combine(QuickStartFiles.Model, n)), StringComparer.Ordinal);
        return random =>
        {
            foreach ((string name, byte[] content) in good) folder.Write($"model/{name}", content);
            string file = Path.Combine(model, small[random.Next(small.Length)]);
            switch (random.Next(6))
            {
                case 0:
                    HostileChange.Bytes(Path.Combine(model, weights[0]), random, most: 4000);
                    break;
                case 1:
                    HostileChange.Header(Path.Combine(model, weights[0]), random);
                    break;
                case 2:
                    HostileChange.Bytes(file, random, most: int.MaxValue);
                    break;
                case 3:
                    HostileChange.Json(file, random);
                    break;
                default:
                    HostileChange.Json(Path.Combine(model, "config.json"), random, OfConfigs);
                    break;
            }
            return () =>
            {
                var context = new MLContext(seed: 1);
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
        using (AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model)) context.Model.Save(model, null, good);
        return random =>
        {
            File.Copy(good, bad, overwrite: true);
            HostileChange.Bytes(bad, random, most: random.Next(2) == 0 ? 20_000 : int.MaxValue);
            return () =>
            {
                using var loaded = (AlignmentTransformer)context.Model.Load(bad, out DataViewSchema _);
                Use(context, loaded);
            };
        };
    }

    private static Func<Random, Action> Adapters(TempFolder folder)
    {
        string good = folder.File("good"), bad = folder.File("bad"), config = Path.Combine(bad, "adapter_config.json");
        var context = new MLContext(seed: 1);
        using (AlignmentTransformer tuned = Fit(context, o => o.Lora = new LoraOptions { Rank = 2 })) tuned.SaveAdapter(good);
        AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model); // the process ends with it
        return random =>
        {
            foreach (string file in Directory.EnumerateFiles(good)) folder.Write($"bad/{Path.GetFileName(file)}", File.ReadAllBytes(file));
            switch (random.Next(5))
            {
                case 0:
                    HostileChange.Bytes(Path.Combine(bad, "adapter_model.safetensors"), random, most: 4000);
                    break;
                case 1:
                    HostileChange.Header(Path.Combine(bad, "adapter_model.safetensors"), random);
                    break;
                case 2:
                    HostileChange.Bytes(config, random, most: int.MaxValue);
                    break;
                default:
                    HostileChange.Json(config, random, OfAdapters);
                    break;
            }
            return () =>
            {
                using AlignmentTransformer adapted = model.WithAdapter(bad);
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
        Fit(context, o => (o.OutputPath, o.SaveSteps, o.Lora) = (run, 1, new LoraOptions { Rank = 2 })).Dispose();
        var good = Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder.Path, f), File.ReadAllBytes);
        string[] names = [.. good.Keys.Where(n => n.Contains("checkpoint-2", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string state = names.Single(n => n.EndsWith("trainer_state.json", StringComparison.Ordinal));
        return random =>
        {
            Directory.Delete(run, recursive: true);
            foreach ((string name, byte[] content) in good) folder.Write(name, content);
            if (random.Next(2) == 0) HostileChange.Json(folder.File(state), random);
            else HostileChange.Bytes(folder.File(names[random.Next(names.Length)]), random, most: int.MaxValue);
            return () => Fit(context, o => (o.OutputPath, o.SaveSteps, o.ResumeFrom, o.Lora) = (run, 1, "Auto", new LoraOptions { Rank = 2 })).Dispose();
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

    private static AlignmentTransformer Fit(MLContext context, Action<SimPOTrainer.Options> change) =>
        context.Alignment.Trainers.SimPO(QuickStartFiles.Options(change)).Fit(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)));

    private static void Use(MLContext context, AlignmentTransformer model)
    {
        IDataView scored = model.Transform(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(2)));
        if (!scored.GetColumn<float>("Margin").All(float.IsFinite)) throw new ArgumentException("a score that is no number");
        model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 3 });
    }
}
