using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Blocks are decoded to the values, and rows are encoded to the bytes, of ggml.</summary>
[Trait("Category", "Parity")]
public sealed class GgufBlockParityTests
{
    [SkippableFact]
    public void Blocks_are_decoded_to_the_bit()
    {
        string folder = GgufGoldens.Folder("blocks");
        using var values = new GoldenTensors(Path.Combine(folder, "blocks.safetensors"));
        string[] kinds = [.. values.Names];
        Assert.InRange(kinds.Length, 17, int.MaxValue);
        foreach (string kind in kinds)
        {
            BlockCodec codec = BlockCodecs.Named(kind);
            byte[] blocks = File.ReadAllBytes(Path.Combine(folder, kind + ".bin"));
            float[] expected = values.Floats(kind), decoded = new float[expected.Length];
            Assert.Equal(expected.Length, blocks.Length / codec.Bytes * codec.Elements);
            codec.Decode(blocks, decoded);
            for (int i = 0; i < expected.Length; i++)
                Assert.True(AreSame(expected[i], decoded[i]),
                    $"{kind}: element {i % codec.Elements} of block {i / codec.Elements} is {expected[i]:R}, found {decoded[i]:R}");
        }
    }

    [SkippableFact]
    public void Rows_are_encoded_to_the_byte()
    {
        string folder = GgufGoldens.Folder("blocks");
        using CheckpointReader golden = CheckpointReader.OpenFile(Path.Combine(folder, "quantize.safetensors"));
        string[] names = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder, "rows.json")))!;
        float[] rows = golden.ReadFloat32("rows");
        int length = rows.Length / names.Length;
        foreach (string kind in new[] { "F16", "BF16", "Q8_0", "Q4_0", "Q4_1" })
        {
            BlockCodec codec = BlockCodecs.Named(kind);
            byte[] expected = Bytes(golden, kind), row = new byte[length / codec.Elements * codec.Bytes];
            for (int i = 0; i < names.Length; i++)
            {
                codec.Encode(rows.AsSpan(i * length, length), row);
                byte[] known = expected[(i * row.Length)..((i + 1) * row.Length)];
                // Of zeros, scale and minimum may be of either sign: ggml's own two implementations differ.
                if (rows.AsSpan(i * length, length).IndexOfAnyExcept(0f) < 0 && codec.Elements > 1)
                    (known, row) = (WithoutSigns(known, codec), WithoutSigns(row, codec));
                Assert.True(row.AsSpan().SequenceEqual(known), $"{kind}: the row '{names[i]}'");
            }
        }
    }

    [SkippableFact]
    public void Special_numbers_are_rounded_to_the_bit()
    {
        using CheckpointReader golden = CheckpointReader.OpenFile(Path.Combine(GgufGoldens.Folder("blocks"), "quantize.safetensors"));
        float[] numbers = MemoryMarshal.Cast<byte, float>(Bytes(golden, "special.bits")).ToArray();
        foreach (string kind in new[] { "BF16", "F16" })
        {
            ushort[] expected = MemoryMarshal.Cast<byte, ushort>(Bytes(golden, $"special.{kind}")).ToArray(), rounded = new ushort[numbers.Length];
            BlockCodecs.Named(kind).Encode(numbers, MemoryMarshal.AsBytes(rounded.AsSpan()));
            for (int i = 0; i < numbers.Length; i++)
                if (kind == "BF16" || !float.IsNaN(numbers[i])) Assert.Equal((kind, i, expected[i]), (kind, i, rounded[i]));
        }
    }

    private static bool AreSame(float a, float b) =>
        BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));

    private static byte[] WithoutSigns(byte[] blocks, BlockCodec codec) =>
        [.. blocks.Select((value, i) => i % codec.Bytes is 1 || (codec.Name == "Q4_1" && i % codec.Bytes is 3) ? (byte)(value & 0x7F) : value)];

    private static unsafe byte[] Bytes(CheckpointReader reader, string name)
    {
        byte[] bytes = new byte[reader.Tensors[name].ByteLength];
        fixed (byte* first = bytes) reader.ReadRaw(name, first, bytes.Length);
        return bytes;
    }
}
