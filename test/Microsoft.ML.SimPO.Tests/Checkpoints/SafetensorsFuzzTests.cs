using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Damaged safetensors files are either refused with <see cref="InvalidDataException"/> or read as what they say.</summary>
public sealed unsafe class SafetensorsFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const long MostAllocated = 2_000_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Five_hundred_damaged_files_never_crash() => Run(seed: 1, count: 500);

    [Fact]
    [Trait("Category", "Long")]
    public void Five_thousand_damaged_files_never_crash() => Run(seed: 2, count: 5_000);

    private void Run(int seed, int count)
    {
        var random = new Random(seed);
        byte[] good = SafetensorsBytes.Good();
        int refused = 0, read = 0;
        for (int i = 0; i < count; i++)
        {
            (byte[] bytes, bool mustFail) = Mutate(good, random);
            string path = _folder.Write("f.safetensors", bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool ok = TryRead(path);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostAllocated + 50L * bytes.Length, $"file {i} of seed {seed}: too much memory");
            Assert.False(ok && mustFail, $"file {i} of seed {seed} should have been refused: {Encoding.Latin1.GetString(bytes)}");
            if (ok) read++;
            else refused++;
        }
        output.WriteLine($"damaged weights: {refused} refused, {read} read");
        // Most are refused, but damage to the data alone, or to a name, leaves a file that reads.
        Assert.InRange(refused, count / 2, count - 1);
        Assert.InRange(read, 1, count / 2);
    }

    private static bool TryRead(string path)
    {
        try
        {
            using CheckpointReader reader = CheckpointReader.OpenFile(path);
            foreach (TensorEntry entry in reader.Tensors.Values)
            {
                var bytes = new byte[entry.ByteLength];
                fixed (byte* destination = bytes) reader.ReadRaw(entry.Name, destination, bytes.Length);
                if (entry.Type.ConvertsToFloat32) Assert.Equal(entry.Count, reader.ReadFloat32(entry.Name).Length);
            }
            return true;
        }
        catch (InvalidDataException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
            Assert.InRange(e.Message.Length, path.Length + 10, 10_000);
            return false;
        }
    }

    /// <returns>The file, and whether it must be refused.</returns>
    private static (byte[] Bytes, bool MustFail) Mutate(byte[] good, Random random)
    {
        int headerLength = BitConverter.ToInt32(good);
        string header = Encoding.UTF8.GetString(good, 8, headerLength);
        byte[] data = good[(8 + headerLength)..];
        switch (random.Next(11))
        {
            case 0: return (good[..random.Next(good.Length)], true);
            case 1: return ([.. good, .. new byte[random.Next(1, 100)]], true);
            case 2: return ([.. SafetensorsBytes.Length((ulong)random.NextInt64(headerLength + 45, long.MaxValue)), .. good[8..]], true);
            case 3: return ([.. SafetensorsBytes.Length(ulong.MaxValue >> random.Next(20)), .. good[8..]], true);
            case 4: return (SafetensorsBytes.Of(Renumber(header, random, out bool changed), data), changed);
            case 5: return (SafetensorsBytes.Of(
                header.Replace("F32", Pick(random, "F31", "", "f32", "I128", "BF16", "F64", "\\u0000"), StringComparison.Ordinal), data), true);
            case 6: return (SafetensorsBytes.Of(
                header.Replace("\"c\"", Pick(random, "\"a\"", "\"b\"", "\"\\u0061\"", "\"\"", "\"__metadata__\""), StringComparison.Ordinal), data), true);
            case 7: return (SafetensorsBytes.Of(header.Replace("[2,3]", Nest(random), StringComparison.Ordinal), data), true);
            case 8: return (SafetensorsBytes.Of(header.Remove(random.Next(header.Length), 1), data), false);
            case 9: return (SafetensorsBytes.Of(
                header.Insert(random.Next(header.Length), Pick(random, "{", "}", "[", "]", "\"", ",", ":", "-", "9", "\0", "\ud83d\ude00")), data), false);
            default: return (FlipBytes(good, random), false);
        }
    }

    /// <summary>Puts another number in the place of one: in a good file every number of the header has only one value that is right.</summary>
    private static string Renumber(string header, Random random, out bool changed)
    {
        var numbers = System.Text.RegularExpressions.Regex.Matches(header, @"(?<=[\[,])\d+(?=[\],])");
        var at = numbers[random.Next(numbers.Count)];
        string number = Pick(random, "-1", "-9223372036854775808", "9223372036854775807", "18446744073709551615", "1e9", "0.5", "4294967296", "null", "\"4\"",
            random.Next(1, 60).ToString(CultureInfo.InvariantCulture), "99999999999999999999999999");
        changed = number != at.Value;
        return header.Remove(at.Index, at.Length).Insert(at.Index, number);
    }

    private static string Nest(Random random)
    {
        int depth = random.Next(1, 5_000);
        string open = random.Next(2) == 0 ? "[" : "{\"a\":";
        return string.Concat(Enumerable.Repeat(open, depth)) + "1" + new string(open == "[" ? ']' : '}', random.Next(2) * depth);
    }

    private static byte[] FlipBytes(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
