using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// A golden model or adapter of the Llama family in another shape. Four times the hidden width, a wider MLP, higher ranks: all of it zeros, which change no
/// result and have no gradient. Fewer texts, more pairs, a shorter answer. So what the references computed holds for it.
/// </summary>
internal static class ReshapedModel
{
    /// <summary>RMS norms divide by the mean over the width; with four times the width this is exact where weights are halved.</summary>
    private const int HiddenFactor = 4, MoreInner = 24, MoreRank = 2, Texts = 2, AnswerTokens = 17;

    private const float NormFactor = 0.5f;

    /// <summary>The original's pairs, each twice: their mean is the same.</summary>
    private static readonly int[] Pairs = [1, 0, 1, 0];

    /// <summary>Writes a checkpoint with its golden files.</summary>
    public static void WriteModel(GoldenCase source, string target)
    {
        Directory.CreateDirectory(target);
        Edit(source.File("config.json"), Path.Combine(target, "config.json"), config =>
        {
            config["hidden_size"] = (int)config["hidden_size"]! * HiddenFactor;
            config["intermediate_size"] = (int)config["intermediate_size"]! + MoreInner;
            config["rms_norm_eps"] = (double)config["rms_norm_eps"]! / HiddenFactor;
        });
        WriteWeights(source.File("model.safetensors"), Path.Combine(target, "model.safetensors"));
        WriteGolden(source, target);
    }

    /// <summary>Writes an adapter with its golden files.</summary>
    /// <param name="source">The original.</param>
    /// <param name="target">The folder.</param>
    /// <param name="baseModel">The reshaped checkpoint, from that folder.</param>
    public static void WriteAdapter(GoldenCase source, string target, string baseModel)
    {
        Directory.CreateDirectory(target);
        Edit(source.File(AdapterConfig.FileName), Path.Combine(target, AdapterConfig.FileName), config =>
        {
            (int rank, double alpha) = ((int)config["r"]!, (double)config["lora_alpha"]!);
            (config["r"], config["lora_alpha"]) = (rank + MoreRank, alpha * (rank + MoreRank) / rank); // the same scale
            config["base_model_name_or_path"] = baseModel;
        });
        WriteWeights(source.File(AdapterFolder.WeightsName), Path.Combine(target, AdapterFolder.WeightsName));
        WriteGolden(source, target);
    }

    private static void WriteWeights(string from, string to)
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(from);
        TensorSource[] sources = [.. reader.Tensors.Values.Select(entry =>
        {
            (long[] shape, float[] values) = Padded(entry.Name, entry.Shape, reader.ReadFloat32(entry.Name), NormFactor);
            return new TensorSource(entry.Name, shape, sink => sink.Write(values));
        })];
        using FileStream file = File.Create(to);
        SafetensorsWriter.Write(file, sources, CheckpointType.Float32);
    }

    private static void WriteGolden(GoldenCase source, string target)
    {
        using var golden = new GoldenTensors(source.File("golden.safetensors"));
        var written = new GoldenTensorsWriter();
        int[] lengths = golden.Integers("lengths")[..Texts];
        int rows = lengths.Sum(), width = golden.Integers("input_ids").Length / golden.Integers("lengths").Length, room = width + 5;
        written.Add("lengths", [Texts], lengths);
        IEnumerable<int[]> texts = golden.Integers("input_ids").Chunk(width).Take(Texts);
        written.Add("input_ids", [Texts, room], [.. texts.SelectMany(ids => ids.Concat(new int[room - width]))]);
        double squares = 0;
        foreach (string name in golden.Names.Where(n => !n.StartsWith("pair.", StringComparison.Ordinal) && n is not ("lengths" or "input_ids")))
        {
            long[] shape = golden.Shape(name);
            if (golden.IsInteger(name) || name.StartsWith("generate.", StringComparison.Ordinal)) Shorten(golden, written, name);
            else if (name is "logits" or "merged_logits") written.Add(name, [rows, shape[1]], golden.Floats(name)[..(int)(rows * shape[1])]);
            else
            {
                bool isGradient = name.StartsWith("grad.", StringComparison.Ordinal);
                (long[] padded, float[] values) = Padded(name, shape, golden.Floats(name), isGradient ? 1 / NormFactor : NormFactor);
                if (name == "hidden_states") (padded, values) = ([rows, padded[1]], values[..(int)(rows * padded[1])]);
                if (isGradient) squares += values.Sum(v => (double)v * v);
                written.Add(name, padded, values);
            }
        }
        WritePairs(golden, written);
        written.Save(Path.Combine(target, "golden.safetensors"));
        Edit(source.File("golden.json"), Path.Combine(target, "golden.json"), json =>
        {
            json["grad_norm"] = Math.Sqrt(squares);
            json["generate"] = new JsonArray(json["generate"]![0]!.DeepClone());
            json["gradients"] = new JsonObject(written.Shapes.Where(s => s.Key.StartsWith("grad.", StringComparison.Ordinal)).Select(s =>
                KeyValuePair.Create(s.Key["grad.".Length..], (JsonNode?)new JsonArray([.. s.Value.Select(d => JsonValue.Create(d))]))));
        });
        // Gradients of norms are doubled, and so is their rounding.
        Edit(source.File("tolerance.json"), Path.Combine(target, "tolerance.json"), json =>
            json["grad"]!["max_abs"] = (double)json["grad"]!["max_abs"]! / NormFactor);
    }

    /// <summary>One run of a shorter answer; what was sampled from stays.</summary>
    private static void Shorten(GoldenTensors golden, GoldenTensorsWriter written, string name)
    {
        string[] parts = name.Split('.');
        bool isAnswer = parts[0] == "generate" && parts[^1] != "prompt_ids";
        if (parts[0] == "generate" && parts[1] != "0") return;
        int length = isAnswer ? AnswerTokens : (int)golden.Shape(name)[0];
        if (golden.IsInteger(name)) written.Add(name, [length], golden.Integers(name)[..length]);
        else written.Add(name, [length], golden.Floats(name)[..length]);
    }

    private static void WritePairs(GoldenTensors golden, GoldenTensorsWriter written)
    {
        int[] offsets = golden.Integers("pair.offsets"), scored = golden.Integers("pair.logp_offsets"), ids = golden.Integers("pair.input_ids");
        float[] logProbabilities = golden.Floats("pair.token_logps"), means = golden.Floats("pair.average_logps");
        int[] sequences = [.. Pairs.SelectMany(pair => new[] { 2 * pair, (2 * pair) + 1 })], prompts = golden.Integers("pair.prompt_lengths");
        int[][] texts = [.. sequences.Select(s => ids[offsets[s]..offsets[s + 1]])];
        float[][] scores = [.. sequences.Select(s => logProbabilities[scored[s]..scored[s + 1]])];
        Add("pair.input_ids", [.. texts.SelectMany(t => t)]);
        Add("pair.offsets", Sums(texts.Select(t => t.Length)));
        Add("pair.logp_offsets", Sums(scores.Select(s => s.Length)));
        Add("pair.prompt_lengths", [.. sequences.Select(s => prompts[s])]);
        written.Add("pair.token_logps", [scores.Sum(s => s.Length)], [.. scores.SelectMany(s => s)]);
        written.Add("pair.average_logps", [sequences.Length], [.. sequences.Select(s => means[s])]);

        void Add(string name, int[] values) => written.Add(name, [values.Length], values);
    }

    private static int[] Sums(IEnumerable<int> lengths)
    {
        List<int> sums = [0];
        foreach (int length in lengths) sums.Add(sums[^1] + length);
        return [.. sums];
    }

    /// <summary>A tensor with zeros behind its rows and columns; that of a norm in its new size.</summary>
    private static (long[] Shape, float[] Values) Padded(string name, long[] shape, float[] values, float normFactor)
    {
        (char row, char column) = Axes(name);
        long rows = Length(row, shape[0]), columns = shape.Length > 1 ? Length(column, shape[1]) : 1, width = shape.Length > 1 ? shape[1] : 1;
        float[] padded = new float[rows * columns];
        for (long i = 0; i < shape[0]; i++) values.AsSpan((int)(i * width), (int)width).CopyTo(padded.AsSpan((int)(i * columns)));
        if (name.EndsWith("norm.weight", StringComparison.Ordinal))
            for (int i = 0; i < shape[0]; i++) padded[i] *= normFactor;
        return (shape.Length > 1 ? [rows, columns] : [rows], padded);
    }

    private static long Length(char axis, long length) => axis switch
    {
        'H' => length * HiddenFactor,
        'F' => length + MoreInner,
        'R' => length + MoreRank,
        _ => length,
    };

    /// <summary>What rows and columns stand for: hidden, inner width of the MLP, rank, or what keeps its size.</summary>
    private static (char Row, char Column) Axes(string name)
    {
        string[] parts = name.Split('.');
        bool isDown = name.EndsWith(".lora_A.weight", StringComparison.Ordinal), isUp = name.EndsWith(".lora_B.weight", StringComparison.Ordinal);
        (char row, char column) = parts[isDown || isUp ? ^3 : parts.Length > 1 ? ^2 : ^1] switch
        {
            "q_proj" or "k_proj" or "v_proj" or "embed_tokens" or "lm_head" or "hidden_states" => (' ', 'H'),
            "o_proj" => ('H', ' '),
            "gate_proj" or "up_proj" => ('F', 'H'),
            "down_proj" => ('H', 'F'),
            var norm when norm.EndsWith("norm", StringComparison.Ordinal) => ('H', ' '),
            _ => (' ', ' '),
        };
        return isDown ? ('R', column) : isUp ? (row, 'R') : (row, column);
    }

    private static void Edit(string from, string to, Action<JsonNode> edit)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllBytes(from))!;
        edit(json);
        File.WriteAllText(to, json.ToJsonString());
    }
}
