using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Folders of models that are made to harm: files that are as large as they may be, and hold what takes the most memory or time of all that fits; opened in a
/// process of its own.
/// </summary>
internal static class HarmfulModels
{
    public const string Variable = "SIMPO_HARMFUL_MODELS";

    private const int Mega = 1 << 20;

    /// <summary>What is harmful, how it is made in the folder of a model that is fine else, and the pattern of what a person is told, or <c>used</c>.</summary>
    public static readonly (string Name, Action<string> Make, string Expected)[] All =
    [
        ("config.json of many fields", f => Write(f, "config.json", "{\"a\":1", i => $",\"{i}\":1", "}", 15 * Mega), "config.json"),
        ("config.json of one text", f => Write(f, "config.json", "{\"a\":\"", _ => "xxxxxxxx", "\"}", 15 * Mega), "config.json"),
        ("config.json of lists", f => Write(f, "config.json", "{\"a\":[1", _ => ",1", "]}", 15 * Mega), "config.json"),
        ("config.json in which many fields are lists", f => Write(f, "config.json", "{\"a\":1", i => $",\"{i}\":[[],[]]", "}", 3 * Mega), "config.json"),
        ("layer types of a million layers", f => Edit(f, "\"pretraining_tp\": 1", $"\"layer_types\":[{Many("\"full_attention\"", 100_000)}]"), "used"),
        ("as many layers as there may be", f => Edit(f, "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 4096"), "layers"),
        ("as many experts as there may be", f => Edit(
            f, "\"model_type\": \"llama\"", "\"model_type\": \"mixtral\", \"num_local_experts\": 16384, \"num_experts_per_tok\": 2"), "."),
        ("end tokens without end", f => Edit(f, "\"eos_token_id\": 4", $"\"eos_token_id\":[{Many("2", 1_000_000)}]"), "."),
        ("generation_config.json", f => Write(f, "generation_config.json", "{\"a\":1", i => $",\"{i}\":1", "}", 15 * Mega), "generation_config.json"),
        ("a token with a great id", f => File.WriteAllText(
            Path.Combine(f, "tokenizer.json"), "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":0,\"b\":67108863}}}"), "."),
        ("a merge of many parts", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"", _ => "        ", "\"]}}", 60 * Mega), "tokenizer.json"),
        ("tokenizer.json of zeros", f => Sparse(Path.Combine(f, "tokenizer.json"), 250 * Mega), "tokenizer.json"),
        ("tokenizer.json of lists", f => Write(f, "tokenizer.json", "{\"a\":[1", _ => ",1", "]}", 60 * Mega), "tokenizer.json"),
        ("tokenizer.json of many tokens", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":0", i => $",\"t{i}\":{i + 1}", "}}}", 60 * Mega),
            "tokenizer.json"),
        ("tokenizer.json of as many tokens as there may be", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"merges\":[],\"vocab\":{\"a\":0", i => i < (1 << 19) - 1 ? $",\"t{i}\":{i + 1}" : "", "}}}",
            9 * Mega), "used"),
        ("tokenizer.json of many merges", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"", _ => ",\"a b\"", "]}}", 60 * Mega),
            "tokenizer.json"),
        ("tokenizer.json of many added tokens", f => Write(
            f, "tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[{\"id\":1,\"content\":\"x\"}",
            i => $",{{\"id\":{i + 2},\"content\":\"<{i}>\",\"special\":true}}", "]}", 60 * Mega), "tokenizer.json"),
        ("tokenizer_config.json of many added tokens", f => Write(
            f, "tokenizer_config.json", "{\"added_tokens_decoder\":{\"0\":{\"content\":\"x\"}", i => $",\"{i + 1}\":{{\"content\":\"<{i}>\"}}", "}}",
            15 * Mega), "tokenizer_config.json"),
        ("files beside the model", f =>
        {
            foreach (string name in new[] { "tokenizer.json", "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja", "added_tokens.json" })
                Sparse(Path.Combine(f, name), 250 * Mega);
        }, "."),
        ("a header of many tensors", f => Header(f, "model.safetensors", 95 * Mega), "model.safetensors"),
        ("an index of many tensors", f => Index(f, i => $",\"t{i}\":\"moved.safetensors\"", 60 * Mega), "safetensors"),
        ("an index of many files", f => Index(f, i => $",\"t{i}\":\"m{i}.safetensors\"", 20 * Mega), "safetensors"),
        ("many files of many tensors", f =>
        {
            for (int i = 0; i < 8; i++) Header(f, FormattableString.Invariant($"m{i}.safetensors"), 30 * Mega);
            Index(f, i => i < 8 ? $",\"t{i}\":\"m{i}.safetensors\"" : "", 100);
        }, "safetensors"),
        ("weights that take more memory than there is", HugeWeights, "GiB"),
        .. HarmfulVocabularies.All,
    ];

    /// <summary>Each so many-th of them.</summary>
    public static (string Name, Action<string> Make, string Expected)[] Some(int every) => [.. All.Where((_, i) => i % every == 0)];

    /// <summary>Prints what came of each, a line each, and at last what the most of them took.</summary>
    /// <param name="what">How many-th each, and which of these: the first and their number.</param>
    public static int Run(string what)
    {
        int[] numbers = [.. what.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        using var folder = new TempFolder();
        var meter = new WorkMeter();
        new MLContext().Alignment.LoadModel(QuickStartFiles.Model).Dispose(); // the native libraries and the code
        foreach ((string name, Action<string> make, _) in Some(numbers[0]).Skip(numbers[1]).Take(numbers[2]))
        {
            string model = folder.File("model");
            foreach (string file in Directory.EnumerateFiles(QuickStartFiles.Model)) folder.Write($"model/{Path.GetFileName(file)}", File.ReadAllBytes(file));
            make(model);
            WorkMeter.Settle();
            string told = "";
            meter.Do(name, () =>
            {
                told = Told(() =>
                {
                    new MLContext().Alignment.DescribeModel(model);
                    new MLContext().Alignment.LoadModel(model).Dispose();
                });
                return told == "used" ? told : "refused";
            });
            Console.WriteLine($"{name}: {told.Replace(folder.Path, "", StringComparison.Ordinal)} ({meter.Bytes >> 20} MB)".ReplaceLineEndings(" "));
            Directory.Delete(model, recursive: true);
        }
        Console.WriteLine(meter);
        return 0;
    }

    private static string Told(Action use)
    {
        try
        {
            use();
            return "used";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            return e.Message;
        }
    }

    private static string Many(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    private static void Edit(string folder, string field, string instead)
    {
        string path = Path.Combine(folder, "config.json"), text = File.ReadAllText(path);
        Assert.Contains(field, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(field, instead, StringComparison.Ordinal));
    }

    /// <summary>Writes a file of JSON or text that goes on for so many characters.</summary>
    public static void Write(string folder, string name, string before, Func<int, string> item, string after, int length)
    {
        using var writer = new StreamWriter(Path.Combine(folder, name), append: false, new UTF8Encoding(false), 1 << 16);
        writer.Write(before);
        for (int i = 0, written = 0; written < length; i++)
        {
            string next = item(i);
            writer.Write(next);
            written += Math.Max(1, next.Length);
        }
        writer.Write(after);
    }

    private static void Sparse(string path, long length)
    {
        using FileStream file = File.Create(path);
        file.SetLength(length);
    }

    private static void Header(string folder, string name, int length)
    {
        Write(folder, "header", "{\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}",
            i => $",\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "}", length);
        string header = Path.Combine(folder, "header");
        using (FileStream file = File.Create(Path.Combine(folder, name)), text = File.OpenRead(header))
        {
            file.Write(BitConverter.GetBytes(text.Length));
            text.CopyTo(file);
        }
        File.Delete(header);
    }

    private static void Index(string folder, Func<int, string> item, int length)
    {
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "moved.safetensors"));
        Write(folder, "model.safetensors.index.json", "{\"weight_map\":{\"a\":\"moved.safetensors\"", item, "}}", length);
    }

    /// <summary>Terabytes of weights, in a file of a few blocks.</summary>
    private static void HugeWeights(string folder)
    {
        Edit(folder, "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 400");
        Edit(folder, "\"intermediate_size\": 448", "\"intermediate_size\": 4000000");
        ModelConfig config = ModelConfig.Load(folder);
        ModelFamily family = ModelFamilies.Of(config);
        var header = new JsonObject();
        long end = 0;
        foreach ((string name, long[] shape) in Models.Decoder.ShapesOf(family.Read(config), family.Names))
        {
            long start = end;
            end += 2 * shape.Aggregate(1L, (product, size) => product * size);
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16", ["shape"] = new JsonArray([.. shape.Select(s => JsonValue.Create(s))]), ["data_offsets"] = new JsonArray(start, end),
            };
        }
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        using FileStream file = File.Create(Path.Combine(folder, "model.safetensors"));
        file.Write(BitConverter.GetBytes((long)text.Length));
        file.Write(text);
        file.SetLength(8 + text.Length + end);
    }
}
