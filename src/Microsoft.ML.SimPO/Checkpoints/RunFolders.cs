using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Tells what a folder is that a training run left and that is no model: which it is, and what makes a model of it.</summary>
internal static class RunFolders
{
    private const int ListedCheckpoints = 10;

    // What stands before the names of the decoder's tensors.
    private const string Decoder = "model.";

    /// <summary>What the name of a checkpoint's folder begins with; its step follows.</summary>
    public const string CheckpointPrefix = "checkpoint-";

    // What wrappers put before every name, and whose it is.
    private static readonly (string Prefix, string Owner)[] Wrappers =
    [
        ("module.", "DistributedDataParallel or DeepSpeed"),
        ("_orig_mod.", "torch.compile"),
        ("_fsdp_wrapped_module.", "FSDP"),
        ("_forward_module.", "Lightning Fabric"),
        ("base_model.model.", "PEFT, whose adapter was not merged"),
        ("pretrained_model.", "TRL's model with a value head"),
        ("policy.", "a trainer"),
        ("model.", "a wrapper"),
    ];

    /// <summary>The steps that have a checkpoint in the folder of a run, in order.</summary>
    public static IReadOnlyList<int> CheckpointsIn(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder, CheckpointPrefix + "*").Select(d => Path.GetFileName(d)[CheckpointPrefix.Length..])
            .Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1).Where(s => s >= 0).Order(),
    ];

    public static string CheckpointName(int step) => string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step}");

    /// <summary>What a folder without weights holds instead; null where nothing is known.</summary>
    public static string? Describe(string folder)
    {
        string[] checkpoints = [.. CheckpointsIn(folder).Select(CheckpointName)];
        if (checkpoints.Length > 0)
        {
            string names = string.Join(", ", checkpoints.TakeLast(ListedCheckpoints).Select(name => $"'{name}'"));
            string earlier = checkpoints.Length > ListedCheckpoints ? $"{checkpoints.Length - ListedCheckpoints} earlier ones, " : "";
            return $"It is the folder of a run, with the checkpoints {earlier}{names}. Open one of them; '{checkpoints[^1]}' is the last.";
        }
        bool Any(string pattern) => Directory.EnumerateFileSystemEntries(folder, pattern).Any();
        if (Any("*.distcp") || Any("pytorch_model_fsdp*")) return "It holds a sharded checkpoint of FSDP. Merge it with `accelerate merge-weights` first.";
        if (Any("global_step*") || Any("zero_to_fp32.py"))
            return "It holds a checkpoint of DeepSpeed ZeRO. Run its `zero_to_fp32.py` to write the weights first.";
        if (Any(AdapterFolder.WeightsName) || Any(AdapterConfig.FileName))
            return "It holds a PEFT adapter, not a model. Give it as the adapter, and its base model as the model.";
        return Any("*.gguf") ? "Its weights are GGUF: give the file itself." : null;
    }

    /// <summary>
    /// Why the tensors of a checkpoint are not those of a model: placeholders of ZeRO-3, the prefix of a wrapper, or none where
    /// the decoder's belongs; null where it is none of these.
    /// </summary>
    public static string? Diagnose(IReadOnlyDictionary<string, TensorEntry> tensors, IReadOnlyDictionary<string, long[]> expected)
    {
        foreach ((string name, long[] shape) in expected)
        {
            if (!tensors.TryGetValue(name, out TensorEntry? entry) || entry.Shape is not [0] || shape is [0]) continue;
            return $"Tensor {Faults.Quote(name)} has shape [0]: it is a placeholder of DeepSpeed ZeRO-3, whose weights lie elsewhere. " +
                "Run `zero_to_fp32.py` of the run's folder to write them.";
        }
        int bare = expected.Keys.Count(name => !tensors.ContainsKey(name) && name.StartsWith(Decoder, StringComparison.Ordinal)
            && tensors.ContainsKey(name[Decoder.Length..]));
        if (bare * 2 > expected.Count)
            return $"The names lack '{Decoder}': what was saved is the decoder alone, not the model around it. "
                + $"Save the whole model, or put '{Decoder}' before every name but that of the head.";
        if (expected.Count == 0 || expected.Keys.Any(tensors.ContainsKey)) return null;
        if (AdapterName(tensors, expected) is { } adapter)
            return $"The names hold that of the adapter, '{adapter}', as PEFT has them in memory. "
                + $"Save the adapter with `save_pretrained`, or take '.{adapter}' out of every name.";
        foreach ((string prefix, string owner) in Wrappers)
        {
            int found = expected.Keys.Count(name => tensors.ContainsKey(prefix + name) || tensors.ContainsKey(prefix + WithBase(name)));
            if (found * 2 <= expected.Count) continue;
            return $"The names begin with '{prefix}', the prefix of {owner}: what was saved is the wrapper. " +
                "Save the model inside it, or take the prefix off every name.";
        }
        return null;
    }

    /// <summary>What stands between the matrix of an adapter and its weight in every name; null for nothing.</summary>
    private static string? AdapterName(IReadOnlyDictionary<string, TensorEntry> tensors, IReadOnlyDictionary<string, long[]> expected)
    {
        const string weight = ".weight", ending = $".lora_A{weight}";
        string[] matrices = [.. expected.Keys.Where(name => name.EndsWith(ending, StringComparison.Ordinal)).Select(name => name[..^weight.Length])];
        if (matrices.Length == 0) return null;
        string start = matrices[0] + ".";
        string? first = tensors.Keys.FirstOrDefault(
            name => name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(weight, StringComparison.Ordinal));
        if (first is null || first.Length <= start.Length + weight.Length) return null;
        string found = first[start.Length..^weight.Length];
        return Array.TrueForAll(matrices, matrix => tensors.ContainsKey($"{matrix}.{found}{weight}")) ? found : null;
    }

    // PEFT renames the layers that it adapts.
    private static string WithBase(string name) => name.EndsWith(".weight", StringComparison.Ordinal) ? $"{name[..^".weight".Length]}.base_layer.weight" : name;
}
