using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_what_the_format_says_byte_by_byte()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [new("b", [2, 1], s => s.Write([1f, -2f])), new("a", [], s => s.Write([0.5f]))], CheckpointType.BFloat16);
        const string Header =
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[2,6]}}""";
        string padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        Assert.Equal(SafetensorsBytes.Of(padded, [0x00, 0x3F, 0x80, 0x3F, 0x00, 0xC0]), stream.ToArray());
        Assert.Equal(0, padded.Length % 8);
    }

    [Fact]
    public void What_is_written_in_pieces_reads_back_whole()
    {
        float[] values = [.. Enumerable.Range(0, 700_001).Select(i => i * 0.25f)];
        string path = _folder.File("x.safetensors");
        SafetensorsWriter.Write(path, [new("t", [700_001], s =>
        {
            s.Write(values.AsSpan(0, 3));
            s.Write(values.AsSpan(3));
        })], CheckpointType.Float32);
        using CheckpointReader reader = CheckpointReader.OpenFile(path);
        Assert.Equal(values, reader.ReadFloat32("t"));
    }

    [Fact]
    public unsafe void A_tensor_is_written_from_where_it_lies()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        fixed (float* first = values)
            SafetensorsWriter.Write(_folder.File("x.safetensors"), [TensorSource.FromPointer("t", [2, 2], first + 1)], CheckpointType.Float32);
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.File("x.safetensors"));
        Assert.Equal([2f, 3f, 4f, 5f], reader.ReadFloat32("t"));
    }

    [Fact]
    public void Names_outside_ASCII_come_back()
    {
        SafetensorsWriter.Write(_folder.File("x.safetensors"), [new("\u00e9\"\\\ud83d\ude00", [1], s => s.Write([1f]))], CheckpointType.Float32);
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.File("x.safetensors"));
        Assert.Equal(["\u00e9\"\\\ud83d\ude00"], reader.Tensors.Keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_tensor_that_writes_too_little_or_too_much_is_an_error_and_leaves_no_file(int written)
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() =>
            SafetensorsWriter.Write(_folder.File("x.safetensors"), [new("t", [2], s => s.Write(new float[written]))], CheckpointType.Float32));
        Assert.Equal($"Tensor t [2] has 2 values, but {written} were written.", e.Message);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Wrong_arguments_are_refused_before_anything_is_written()
    {
        using var stream = new MemoryStream();
        Assert.Equal("Two tensors are named 't'. (Parameter 'tensors')",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, [Empty("t"), Empty("t")], CheckpointType.Float32)).Message);
        Assert.Equal("Checkpoints are written as Float32 or BFloat16, not as Float16. (Parameter 'type')",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, [Empty("t")], CheckpointType.Float16)).Message);
        Assert.Equal("The name '__metadata__' is reserved by the file format. (Parameter 'name')",
            Assert.Throws<ArgumentException>(() => Empty("__metadata__")).Message);
        Assert.Equal(
            "Tensor 't' cannot have shape [-1]. (Parameter 'shape')", Assert.Throws<ArgumentException>(() => new TensorSource("t", [-1], _ => { })).Message);
        Assert.Equal("Tensor 't' cannot have shape [4294967296, 4294967296]. (Parameter 'shape')",
            Assert.Throws<ArgumentException>(() => new TensorSource("t", [1L << 32, 1L << 32], _ => { })).Message);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void Cancelling_leaves_the_old_file()
    {
        _folder.Write("x.safetensors", "old");
        Assert.Throws<OperationCanceledException>(() =>
            SafetensorsWriter.Write(
                _folder.File("x.safetensors"), [new("t", [1], s => s.Write([1f]))], CheckpointType.Float32, new CancellationToken(canceled: true)));
        Assert.Equal("old", File.ReadAllText(_folder.File("x.safetensors"), Encoding.UTF8));
        Assert.Equal(["x.safetensors"], _folder.Names());
    }

    private static TensorSource Empty(string name) => new(name, [0], _ => { });
}
