using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Models and saved zips that were changed at random, loaded and used in a process of their own; counts what came of them, by kind.</summary>
internal static class HostileModels
{
    public const string Variable = "SIMPO_HOSTILE_MODELS";

    private static readonly string[] Extremes =
    [
        "0", "-1", "1", "2", "3", "7", "65536", "1000000", "2147483647", "2147483648", "-2147483648", "1e308", "1e39", "1e-39", "1e-300", "-1e30", "0.5", "1e9",
        "null", "true", "false", "\"\"", "\"x\"", "[]", "{}", "[1]", "{\"rope_type\":\"linear\",\"factor\":0}", "{\"rope_type\":\"yarn\",\"factor\":1e30}",
        "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":0,\"high_freq_factor\":0,\"original_max_position_embeddings\":0}",
        "{\"rope_type\":\"dynamic\",\"factor\":1e20}", "[[[[[[]]]]]]", "\"llama\"", "\"mixtral\"", "\"gemma2\"", "\"qwen3_moe\"",
    ];

    private static readonly string[] Others =
    [
        "num_experts", "num_local_experts", "sliding_window", "layer_types", "logits_scaling", "query_pre_attn_scalar", "final_logit_softcapping",
        "partial_rotary_factor", "no_rope_layers", "moe_intermediate_size", "embedding_multiplier", "quantization_config",
    ];

    /// <param name="what">Kind, number of changed ones, and the seed: <c>models 500 1</c>.</param>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ');
        int count = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(parts[2], CultureInfo.InvariantCulture));
        using var folder = new TempFolder();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Func<TempFolder, Random, Action> change = parts[0] == "zips" ? ZipChange(folder) : ChangeModel;
        for (int i = 0; i < count; i++)
        {
            string kind = Use(change(folder, random));
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Console.WriteLine(string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}")) + $"\t{process.PeakWorkingSet64}");
        return 0;
    }

    /// <returns>What came of it: nothing else than a result or one of the errors that are documented may.</returns>
    private static string Use(Action use)
    {
        try
        {
            use();
            return "used";
        }
        catch (Exception e)
        {
            while (e is System.Reflection.TargetInvocationException { InnerException: { } inner }) e = inner;
            return e is InvalidDataException or IOException or NotSupportedException or InvalidOperationException or FormatException ? e.GetType().Name
                : throw new InvalidOperationException($"an error that is none: {e}", e);
        }
    }

    private static Action ChangeModel(TempFolder folder, Random random)
    {
        string model = folder.File("model");
        QuickStartFiles.CopyModel(model);
        switch (random.Next(4))
        {
            case 0:
                ChangeBytes(Path.Combine(model, "model.safetensors"), random, most: 4000);
                break;
            case 1:
                string[] small = [.. Directory.EnumerateFiles(model).Where(f => Path.GetExtension(f) != ".safetensors").Order(StringComparer.Ordinal)];
                ChangeBytes(small[random.Next(small.Length)], random, most: int.MaxValue);
                break;
            default:
                ChangeConfig(Path.Combine(model, "config.json"), random);
                break;
        }
        return () =>
        {
            var context = new MLContext(seed: 1);
            context.Alignment.DescribeModel(model);
            using AlignmentTransformer loaded = context.Alignment.LoadModel(model);
            UseModel(context, loaded);
        };
    }

    private static Func<TempFolder, Random, Action> ZipChange(TempFolder folder)
    {
        string good = folder.File("good.zip"), bad = folder.File("bad.zip");
        var context = new MLContext(seed: 1);
        using (AlignmentTransformer model = context.Alignment.LoadModel(QuickStartFiles.Model)) context.Model.Save(model, null, good);
        return (_, numbers) =>
        {
            File.Copy(good, bad, overwrite: true);
            ChangeBytes(bad, numbers, most: numbers.Next(2) == 0 ? 20_000 : int.MaxValue);
            return () =>
            {
                ITransformer loaded = context.Model.Load(bad, out DataViewSchema _);
                using var release = loaded as IDisposable;
                UseModel(context, (AlignmentTransformer)loaded);
            };
        };
    }

    private static void UseModel(MLContext context, AlignmentTransformer model)
    {
        IDataView scored = model.Transform(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(2)));
        if (!scored.GetColumn<float>("Margin").All(float.IsFinite)) throw new ArgumentException("a score that is no number");
        model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 3 });
    }

    private static void ChangeConfig(string path, Random random)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            string[] fields = [.. config.Select(f => f.Key), .. Others];
            config[fields[random.Next(fields.Length)]] = JsonNode.Parse(Extremes[random.Next(Extremes.Length)]);
        }
        File.WriteAllText(path, config.ToJsonString());
    }

    /// <summary>Some bytes others, some missing, some twice, among the first of a file.</summary>
    private static void ChangeBytes(string path, Random random, int most)
    {
        List<byte> bytes = [.. File.ReadAllBytes(path)];
        for (int change = random.Next(1, 6); change > 0 && bytes.Count > 1; change--)
        {
            int at = random.Next(Math.Min(most, bytes.Count));
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 2000), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 2000), bytes.Count - at)));
                    break;
                case 2:
                    byte[] number = Encoding.UTF8.GetBytes(Extremes[random.Next(Extremes.Length)]);
                    bytes.InsertRange(at, number);
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
        File.WriteAllBytes(path, [.. bytes]);
    }
}
