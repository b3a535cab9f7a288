using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A golden run of a model whose MLP is wider by zeros, which have no gradient and so stay zeros: the run is the same.</summary>
internal static class ReshapedTraining
{
    private const int MoreInner = 8;

    public static void Write(GoldenCase source, GoldenCase target)
    {
        Directory.CreateDirectory(target.Path);
        foreach (string file in new[] { "log.jsonl", "order.json", "final.json" })
            File.WriteAllBytes(target.File(file), GoldenFile.ReadBytes(source.File(file)));
        JsonNode config = Read(source.File("config.json"));
        WriteModel(source.File((string)config["model"]!), target.File("../tiny"));
        WriteLonger(source.File((string)config["train_data"]!), target.File("../pairs.jsonl"));
        WriteLonger(source.File((string)config["eval_data"]!), target.File("../others.jsonl"));
        (config["model"], config["train_data"], config["eval_data"]) = ("../tiny", "../pairs.jsonl", "../others.jsonl");
        File.WriteAllText(target.File("config.json"), config.ToJsonString());
    }

    private static void WriteModel(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(source)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        JsonNode config = Read(Path.Combine(source, "config.json"));
        int inner = (int)config["intermediate_size"]!;
        config["intermediate_size"] = inner + MoreInner;
        File.WriteAllText(Path.Combine(target, "config.json"), config.ToJsonString());
        using CheckpointReader reader = CheckpointReader.Open(source);
        TensorSource[] sources = [.. reader.Tensors.Values.Select(entry =>
        {
            string module = entry.Name.Split('.')[^2];
            long rows = entry.Shape[0] + (module is "gate_proj" or "up_proj" ? MoreInner : 0);
            long columns = entry.Shape.Length < 2 ? 1 : entry.Shape[1] + (module == "down_proj" ? MoreInner : 0);
            float[] values = reader.ReadFloat32(entry.Name), padded = new float[rows * columns];
            int width = values.Length / (int)entry.Shape[0];
            for (int i = 0; i < entry.Shape[0]; i++) values.AsSpan(i * width, width).CopyTo(padded.AsSpan((int)(i * columns)));
            return new TensorSource(entry.Name, entry.Shape.Length < 2 ? [rows] : [rows, columns], sink => sink.Write(padded));
        })];
        using FileStream stream = File.Create(Path.Combine(target, "model.safetensors"));
        SafetensorsWriter.Write(stream, sources, CheckpointType.Float32);
    }

    /// <summary>Three pairs more than the run has.</summary>
    private static void WriteLonger(string from, string to)
    {
        string[] lines = GoldenFile.ReadLines(from);
        File.WriteAllLines(to, [.. lines, .. lines[..3]]);
    }

    private static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllBytes(path))!;
}
