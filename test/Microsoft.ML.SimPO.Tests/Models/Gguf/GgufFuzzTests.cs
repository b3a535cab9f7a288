using System.Buffers.Binary;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Scoring;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>Damaged GGUF files are refused with a clear error, or read as what they say; none takes more memory than a small model.</summary>
public sealed class GgufFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const long MostAllocated = 8_000_000;

    private static readonly ulong[] Extremes =
        [0, 1, 2, 31, 255, 1 << 16, 1 << 24, int.MaxValue, uint.MaxValue, 1UL << 40, 1UL << 61, 1UL << 63, ulong.MaxValue];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_thousand_damaged_files_give_clear_errors() => Run(seed: 1, count: 2_000);

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_thousand_damaged_files_give_clear_errors() => Run(seed: 2, count: 20_000);

    private void Run(int seed, int count)
    {
        var random = new Random(seed);
        byte[] good = File.ReadAllBytes(GgufSample.Write(_folder));
        Assert.Null(ErrorOf(_folder.Write("damaged.gguf", good)));
        int header = good.AsSpan().LastIndexOf("blk.0.ffn_down.weight"u8) + 64, refused = 0;
        for (int i = 0; i < count; i++)
        {
            string path = _folder.Write("damaged.gguf", Mutated(good, header, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            string? error = ErrorOf(path);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostAllocated, $"file {i} of seed {seed}: too much memory");
            if (error is null) continue;
            Assert.Contains(path, error, StringComparison.Ordinal);
            Assert.InRange(error.Length, path.Length + 10, 10_000);
            refused++;
        }
        output.WriteLine($"damaged GGUF files: {refused} refused, {count - refused} read");
        Assert.InRange(refused, count / 3, count - 1);
    }

    private static string? ErrorOf(string path)
    {
        try
        {
            using LanguageModel model = LanguageModel.Load(path, ComputePlan.On(CPU));
            _ = model.Tokenizer.Encode("abc <s> de f", addSpecialTokens: true);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            return e.Message;
        }
    }

    private static byte[] Mutated(byte[] good, int header, Random random)
    {
        byte[] bytes = [.. good];
        int at = random.Next(header);
        switch (random.Next(8))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1: return [.. bytes[..at], .. new byte[random.Next(1, 40)], .. bytes[at..]];
            case 2: return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
            case 3:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                return bytes;
            case 4:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)Extremes[random.Next(Extremes.Length)]);
                return bytes;
            case 5:
                for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 6:
                for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(header)] ^= (byte)(1 << random.Next(8));
                return bytes;
            default: // a piece of it in another place
                int from = random.Next(header), length = Math.Min(random.Next(1, 64), bytes.Length - Math.Max(from, at));
                good.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }
}
