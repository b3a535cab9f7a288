using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>Tells whether two sets of encoded pairs are the same in the same order.</summary>
internal static class DataFingerprint
{
    /// <returns>SHA-256 of all ids and lengths, in hexadecimal digits.</returns>
    public static string Of(IEnumerable<EncodedPair> pairs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (EncodedPair pair in pairs)
        {
            ReadOnlySpan<int> lengths = [pair.ChosenIds.Length, pair.ChosenPromptLength, pair.RejectedIds.Length, pair.RejectedPromptLength];
            hash.AppendData(MemoryMarshal.AsBytes(lengths));
            hash.AppendData(MemoryMarshal.AsBytes(pair.ChosenIds.Span));
            hash.AppendData(MemoryMarshal.AsBytes(pair.RejectedIds.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
