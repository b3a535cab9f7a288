using System.IO.Compression;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed unsafe class CheckpointStreamTests
{
    /// <summary>Longer than a block, so that tensors are read in several pieces.</summary>
    private const int Long = FloatConversion.BlockElements + 7;

    [Theory]
    [InlineData("F32", "Float32")]
    [InlineData("BF16", "BFloat16")]
    public void Tensors_arrive_from_a_stream_that_cannot_seek_in_whatever_order_they_are_asked_for(string header, string type)
    {
        byte[] file = Written(type == "Float32" ? CheckpointType.Float32 : CheckpointType.BFloat16);
        using CheckpointStream weights = CheckpointStream.Open(Compressed(file), "m.zip");
        Assert.Equal(["a", "b", "c"], weights.Tensors.Keys.Order());
        Assert.All(weights.Tensors.Values, t => Assert.Equal(header, t.Type.HeaderName));
        Assert.Equal(["b"], weights.Check(new Dictionary<string, long[]> { ["a"] = [Long], ["c"] = [2, 2] }));
        float[] a = new float[Long], c = new float[4];
        fixed (float* toA = a, toC = c) weights.ReadFloat32([new TensorTarget("c", (nint)toC, 4), new TensorTarget("a", (nint)toA, Long)]);
        Assert.Equal([1f, -2f, 0.5f, 4f], c);
        Assert.Equal(Enumerable.Range(0, Long).Select(i => (float)(i % 128)), a);
    }

    [Fact]
    public void A_stream_is_read_once()
    {
        using CheckpointStream weights = CheckpointStream.Open(new MemoryStream(Written(CheckpointType.Float32)), "m.zip");
        Read(weights);
        Assert.Equal("The weights of a stream can be read once.", Assert.Throws<InvalidOperationException>(() => Read(weights)).Message);
    }

    [Fact]
    public void Every_damage_is_told_wherever_it_is()
    {
        byte[] file = Written(CheckpointType.Float32);
        int header = 8 + (int)BitConverter.ToUInt64(file), tail = 4 * (Long + 3 + 4), end = file.Length;
        Assert.Equal(tail, end - header);
        Assert.Equal("'m.zip': a safetensors file begins with 8 bytes for the length of its header, but this stream has only 5.", Fault(file[..5]));
        Assert.Equal(
            $"'m.zip': the header should take {header - 8} bytes, but only 10 follow. The file is cut short or no safetensors file.", Fault(file[..18]));
        Assert.Equal($"'m.zip' ends at byte {header}, but its tensors at {end}: it is cut short.", Fault(file[..header]));
        Assert.Equal($"'m.zip' ends at byte {end - 1}, but its tensors at {end}: it is cut short.", Fault(file[..^1]));
        Assert.Equal($"'m.zip': the last tensor ends at byte {end}, but the file goes on: bytes belong to no tensor.", Fault([.. file, 0]));
        Assert.Equal(
            "'m.zip': the header takes 18446744073709551615 bytes; the format allows 100000000.", Fault([.. Enumerable.Repeat((byte)255, 8), .. file[8..]]));
    }

    /// <summary>Sizes that a header claims are not believed: nothing is allocated for them, and sums of them do not overflow.</summary>
    [Theory]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""",
        "data_offsets [0, 9223372036854775807] end behind the")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,8]}}""", "shape [4] of F32 takes 16 bytes, but data_offsets [0, 8] hold 8.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "they overlap|there is a gap")]
    public void A_lying_header_is_refused(string header, string fault)
    {
        string message = Assert.Throws<InvalidDataException>(() => CheckpointStream.Open(new MemoryStream(SafetensorsBytes.Of(header, 16)), "m.zip")).Message;
        Assert.Contains(fault.Split('|'), part => message.Contains(part, StringComparison.Ordinal));
    }

    private static string Fault(byte[] file) => Assert.Throws<InvalidDataException>(() => Read(CheckpointStream.Open(new MemoryStream(file), "m.zip"))).Message;

    private static void Read(CheckpointStream weights)
    {
        float[] c = new float[4];
        fixed (float* to = c) weights.ReadFloat32([new TensorTarget("c", (nint)to, 4)]);
        Assert.Equal([1f, -2f, 0.5f, 4f], c);
    }

    private static byte[] Written(CheckpointType type)
    {
        using var memory = new MemoryStream();
        SafetensorsWriter.Write(memory,
        [
            new("a", [Long], s => s.Write([.. Enumerable.Range(0, Long).Select(i => (float)(i % 128))])),
            new("b", [3], s => s.Write([7f, 8f, 9f])),
            new("c", [2, 2], s => s.Write([1f, -2f, 0.5f, 4f])),
        ], type);
        return memory.ToArray();
    }

    private static DeflateStream Compressed(byte[] content)
    {
        var memory = new MemoryStream();
        using (var deflate = new DeflateStream(memory, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(content);
        memory.Position = 0;
        return new DeflateStream(memory, CompressionMode.Decompress);
    }
}
