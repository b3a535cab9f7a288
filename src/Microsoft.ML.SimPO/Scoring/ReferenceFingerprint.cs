using System.Security.Cryptography;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Tells reference models apart: by configuration, a sample of all weights, those of an adapter among them, and how tokens are weighed.</summary>
internal static class ReferenceFingerprint
{
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(Decoder decoder, IEnumerable<ModelFile> files, IReward reward)
    {
        var text = new System.Text.StringBuilder(FrozenWeights.Sample(decoder));
        foreach (ModelFile file in files.Where(f => f.Name == ModelConfig.FileName)) text.Append(Convert.ToHexString(SHA256.HashData(file.Content)));
        if (decoder.Adapter is { } adapter)
        {
            text.Append((adapter.Config with { BaseModel = null, Dropout = 0 }).ToJson());
            text.Append(FrozenWeights.Sample(adapter.Parameters, p => p.Value));
        }
        text.Append(decoder.ComputeType);
        if (reward.WeighsTokens) text.Append(SavedReward.Of(reward).Numbers.OrderBy(n => n.Key, StringComparer.Ordinal)
            .Where(n => n.Key != nameof(IReward.Scale)).Aggregate("", (all, n) => FormattableString.Invariant($"{all} {n.Key} {n.Value:R}")));
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
    }
}
