using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>
/// Pairs laid out as prompt | chosen | rejected, without padding, each prompt once. Row <c>ScoredRows[i]</c> predicts token <c>Targets[i]</c>;
/// the last row of a prompt predicts the first token of both answers and so is listed twice.
/// </summary>
internal sealed record PackedBatch(TokenBatch Tokens, int[] ScoredRows, int[] Targets, PackedPair[] Pairs)
{
    /// <param name="pairs">With the index of each in its data set.</param>
    /// <param name="architecture">Whether a prompt can be shared depends on its rotary embedding.</param>
    /// <param name="sharePrefix">False lays out two whole sequences a pair.</param>
    public static PackedBatch Of(IReadOnlyList<(int Index, EncodedPair Tokens)> pairs, DecoderArchitecture architecture, bool sharePrefix = true)
    {
        var builder = new PackedBatchBuilder();
        foreach ((int index, EncodedPair tokens) in pairs)
            builder.Add(index, tokens, sharePrefix && CanShare(tokens, architecture) ? tokens.SharedPrefixLength : null);
        return builder.Build();
    }

    /// <summary>Whether both answers turn the prompt by the same angles.</summary>
    private static bool CanShare(EncodedPair pair, DecoderArchitecture architecture) =>
        architecture.Rotaries.All(r => r.SameAngles(pair.ChosenIds.Length, pair.RejectedIds.Length));
}
