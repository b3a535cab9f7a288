using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Chosen sequences, then rejected ones, all padded on the right to the longest: what the reference trainers lay out.</summary>
/// <param name="Ids">[2 B, T] int64</param>
/// <param name="Labels">[2 B, T] int64, -100 where nothing is scored</param>
/// <param name="Visible">[2 B, T] bool, false where there is padding</param>
internal sealed record PaddedBatch(Tensor Ids, Tensor Labels, Tensor Visible)
{
    public const long Ignored = -100;

    public static PaddedBatch Of(IReadOnlyList<EncodedPrompt> pairs)
    {
        (TokenIds Ids, int Prompt)[] rows =
            [.. pairs.Select(p => (p.Chosen.Ids, p.Chosen.PromptLength)), .. pairs.Select(p => (p.Rejected.Ids, p.Rejected.PromptLength))];
        int width = rows.Max(r => r.Ids.Length);
        long[] ids = new long[rows.Length * width], labels = new long[ids.Length];
        bool[] visible = new bool[ids.Length];
        Array.Fill(labels, Ignored);
        for (int row = 0; row < rows.Length; row++)
            for (int i = 0; i < rows[row].Ids.Length; i++)
            {
                int at = (row * width) + i;
                ids[at] = rows[row].Ids[i];
                visible[at] = true;
                if (i >= rows[row].Prompt) labels[at] = ids[at];
            }
        long[] shape = [rows.Length, width];
        return new PaddedBatch(tensor(ids, shape), tensor(labels, shape), tensor(visible, shape));
    }
}
