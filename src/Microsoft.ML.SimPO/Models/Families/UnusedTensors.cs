using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Judges tensors of a checkpoint that the model does not read.</summary>
internal static class UnusedTensors
{
    private const string Weight = ".weight", Bias = ".bias";

    // What modules of the past saved although it follows from the configuration.
    private static readonly string[] Buffers = [".rotary_emb.inv_freq", ".rotary_emb.cos_cached", ".rotary_emb.sin_cached", ".attn.masked_bias", ".attn.bias"];

    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="unused">The names of tensors that are not read.</param>
    /// <param name="used">The names of those that are.</param>
    /// <param name="tiedHead">The name of the head where it is the embedding, so that one of the checkpoint is not read; else null.</param>
    /// <returns>A sentence about those that had no part in the model, or null.</returns>
    /// <exception cref="InvalidDataException">One is the bias of a layer that the configuration says has none; all such are named.</exception>
    public static string? Check(string path, IReadOnlyList<string> unused, IReadOnlyCollection<string> used, string? tiedHead)
    {
        var faults = new Faults($"'{path}'");
        foreach (string name in unused.Where(n =>
            n.EndsWith(Bias, StringComparison.Ordinal) && used.Contains(string.Concat(n.AsSpan(0, n.Length - Bias.Length), Weight))))
            faults.Add($"Tensor {Faults.Quote(name)} is the bias of a layer that has none according to config.json.");
        faults.ThrowIfAny();
        List<string> unknown = [.. unused.Where(n => !Buffers.Any(b => n.EndsWith(b, StringComparison.Ordinal)) && n != tiedHead)];
        if (unknown.Count == 0) return null;
        string names = string.Join(", ", unknown.Take(3).Select(Faults.Quote)) + (unknown.Count > 3 ? ", ..." : "");
        return FormattableString.Invariant($"The checkpoint holds {unknown.Count} tensors that this model has no part for and that were not read: {names}.");
    }
}
