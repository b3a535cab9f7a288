using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// Two values where the configuration says one: a head of its own in a checkpoint whose <c>tie_word_embeddings</c> says that the embedding is the head. The
/// embedding is taken, as transformers 4.57 does; transformers 5 takes the head.
/// </summary>
internal static unsafe class TiedHeads
{
    private const int Block = 1 << 20;

    /// <summary>A warning that names both tensors where their values differ; null where the checkpoint has one, or both are equal.</summary>
    public static string? Compare(CheckpointReader reader, string embedding, string head)
    {
        if (!reader.Tensors.TryGetValue(head, out TensorEntry? own) || !reader.Tensors.TryGetValue(embedding, out TensorEntry? rows)) return null;
        bool alike = own.Type.ConvertsToFloat32 && rows.Type.ConvertsToFloat32 && own.Shape.AsSpan().SequenceEqual(rows.Shape);
        if (alike && AreEqual(reader, rows, own)) return null;
        return $"Warning: '{reader.Path}' holds the tensors '{embedding}' and '{head}' with different values, but config.json ties them " +
            $"(tie_word_embeddings). '{embedding}' is used for both. If the head was trained apart, set tie_word_embeddings to false.";
    }

    private static bool AreEqual(CheckpointReader reader, TensorEntry rows, TensorEntry head)
    {
        long count = head.Count;
        var first = new float[Math.Min(Block, count)];
        var second = new float[first.Length];
        fixed (float* a = first, b = second)
        {
            for (long start = 0; start < count; start += Block)
            {
                int length = (int)Math.Min(Block, count - start);
                reader.ReadFloat32(rows.Name, start, a, length);
                reader.ReadFloat32(head.Name, start, b, length);
                if (!first.AsSpan(0, length).SequenceEqual(second.AsSpan(0, length))) return false;
            }
        }
        return true;
    }
}
