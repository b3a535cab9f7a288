using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>Tells whether two sets of encoded prompts with their answers are the same in the same order.</summary>
internal static class DataFingerprint
{
    /// <returns>
    /// SHA-256 of all ids and lengths, of ratings where they are not a pair's, and of references and margins that the data has, in hexadecimal digits.
    /// </returns>
    public static string Of(IEnumerable<EncodedPrompt> prompts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (EncodedPrompt prompt in prompts)
        {
            if (!IsPair(prompt)) hash.AppendData(MemoryMarshal.AsBytes<double>([.. prompt.Answers.Select(a => a.Rating)]));
            if (!prompt.Answers.Any(a => double.IsNaN(a.Reference)))
                hash.AppendData(MemoryMarshal.AsBytes<double>([.. prompt.Answers.Select(a => a.Reference)]));
            if (prompt.Margin != 0) hash.AppendData(MemoryMarshal.AsBytes<double>([prompt.Margin]));
            hash.AppendData(MemoryMarshal.AsBytes<int>([.. prompt.Answers.SelectMany(a => new[] { a.Ids.Length, a.PromptLength })]));
            foreach (EncodedAnswer answer in prompt.Answers) hash.AppendData(MemoryMarshal.AsBytes(answer.Ids.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool IsPair(EncodedPrompt prompt) => prompt.Answers is [{ Rating: 1 }, { Rating: 0 }];
}
