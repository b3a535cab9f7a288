using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>
/// What a reference model gives to answers, in nats, by the ids of prompt and answer. It is what a run computes once and keeps. Safe on several threads at
/// once.
/// </summary>
/// <param name="model">The fingerprint of the reference model and of how it computes: 64 hexadecimal digits.</param>
/// <param name="weighsTokens">Whether tokens count by the length of the shortest answer, which is then a part of what is looked up.</param>
internal sealed partial class ReferenceTable(string model, bool weighsTokens)
{
    private readonly ConcurrentDictionary<UInt128, double> _values = [];

    /// <summary>The fingerprint of the reference model.</summary>
    public string Model => model;

    /// <summary>Answers that it knows.</summary>
    public int Count => _values.Count;

    /// <summary>Takes note of what the model gives to the answers of a prompt.</summary>
    public void Add(EncodedPrompt prompt, IReadOnlyList<double> logProbabilities)
    {
        for (int i = 0; i < logProbabilities.Count; i++) _values[KeyOf(prompt, i)] = logProbabilities[i];
    }

    /// <summary>What the model gives to the answers of a prompt.</summary>
    /// <returns>Null where it does not know one of them.</returns>
    public double[]? Find(EncodedPrompt prompt)
    {
        double[] found = new double[prompt.Answers.Count];
        for (int i = 0; i < found.Length; i++)
            if (!_values.TryGetValue(KeyOf(prompt, i), out found[i])) return null;
        return found;
    }

    /// <summary>The first 16 bytes of the SHA-256 of an answer with its prompt.</summary>
    private UInt128 KeyOf(EncodedPrompt prompt, int index)
    {
        EncodedAnswer answer = prompt.Answers[index];
        ReadOnlySpan<int> lengths = [weighsTokens ? prompt.Answers.Min(a => a.Length) : 0, answer.PromptLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(lengths));
        hash.AppendData(MemoryMarshal.AsBytes(answer.Ids.Span));
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
