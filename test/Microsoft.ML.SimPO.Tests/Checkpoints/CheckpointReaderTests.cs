using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed unsafe class CheckpointReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Four_types_read_as_float32()
    {
        byte[] data =
        [
            .. BitConverter.GetBytes(-0.1f),
            0x80, 0x3F, 0x49, 0xC0, // bf16: 1, -3.140625
            0x00, 0x3C, 0x01, 0x00, // f16: 1, 2^-24
            .. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(1e300),
        ];
        using CheckpointReader reader = Open(
            """{"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,"""
                + """8]},"h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"d":{"dtype":"F64","shape":[2],"data_offsets":[12,28]}}""", data);
        Assert.Equal([-0.1f], reader.ReadFloat32("f"));
        Assert.Equal([1f, -3.140625f], reader.ReadFloat32("b"));
        Assert.Equal([1f, MathF.ScaleB(1, -24)], reader.ReadFloat32("h"));
        Assert.Equal([0.1f, float.PositiveInfinity], reader.ReadFloat32("d"));
    }

    [Theory]
    [InlineData("BF16")]
    [InlineData("F32")]
    public void A_tensor_of_many_blocks_is_whole_and_nothing_beside_it_is_touched(string dtype)
    {
        const int Count = 3_000_017;
        int size = dtype == "BF16" ? 2 : 4;
        var data = new byte[Count * size];
        for (int i = 0; i < Count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(i % 251);
            if (size == 4) MemoryMarshal.Write(data.AsSpan(i * 4), bits);
            else MemoryMarshal.Write(data.AsSpan(i * 2), (ushort)(bits >> 16));
        }
        using CheckpointReader reader = Open($$$"""{"t":{"dtype":"{{{dtype}}}","shape":[{{{Count}}}],"data_offsets":[0,{{{Count * size}}}]}}""", data);
        var values = new float[Count + 2];
        values.AsSpan().Fill(-7);
        fixed (float* first = values) reader.ReadFloat32("t", first + 1, Count);
        Assert.Equal((-7f, -7f), (values[0], values[^1]));
        int wrong = Enumerable.Range(0, Count).Count(i => values[i + 1] != i % 251);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Many_targets_are_filled_in_one_call_and_all_their_faults_are_named()
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Good()));
        var values = new float[6];
        fixed (float* first = values)
        {
            nint address = (nint)first;
            string message = Assert.Throws<InvalidDataException>(
                () => reader.ReadFloat32([new("a", address, 5), new("d", address, 1), new("z", address, 1), new("a", address, 6)])).Message;
            Assert.Equal($"'{_folder.File("x.safetensors")}': 3 faults.\n  Tensor 'a' has 6 elements, shape [2, 3]; 5 were expected.\n  Tensor 'd' is I64; "
                + "expected F32, BF16, F16 or F64.\n  Tensor 'z' is missing.", message);
            Assert.All(values, v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void A_part_of_a_tensor_reads_as_float32()
    {
        byte[] data = [.. Enumerable.Range(0, 300_000).SelectMany(i => BitConverter.GetBytes((float)i))];
        using CheckpointReader reader = Open("""{"t":{"dtype":"F32","shape":[3,100000],"data_offsets":[0,1200000]}}""", data);
        var values = new float[200_000];
        fixed (float* first = values)
        {
            reader.ReadFloat32("t", 99_999, first, values.Length);
            nint address = (nint)first;
            Assert.Equal($"'{_folder.File("x.safetensors")}': elements 299999 to 300001 of tensor 't', F32 [3, 100000], cannot be read as float32.",
                Assert.Throws<InvalidDataException>(() => reader.ReadFloat32("t", 299_999, (float*)address, 2)).Message);
        }
        Assert.Equal(Enumerable.Range(99_999, 200_000).Select(i => (float)i), values);
    }

    [Fact]
    public void Raw_bytes_are_those_of_the_file()
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Good()));
        long value;
        reader.ReadRaw("d", &value, 8);
        Assert.Equal(0x2B2A292827262524, value);
        Assert.Equal($"'{_folder.File("x.safetensors")}': tensor 'd' takes 8 bytes; 4 were expected.",
            Assert.Throws<InvalidDataException>(() => ReadFour(reader)).Message);

        static void ReadFour(CheckpointReader reader)
        {
            int room;
            reader.ReadRaw("d", &room, 4);
        }
    }

    [Fact]
    public void Missing_and_misshapen_tensors_are_reported_together_and_what_is_left_over_is_returned()
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Good()));
        Assert.Equal(["b", "d"], reader.Check(new Dictionary<string, long[]> { ["a"] = [2, 3], ["c"] = [2, 1] }));
        string message = Assert.Throws<InvalidDataException>(
            () => reader.Check(new Dictionary<string, long[]> { ["a"] = [3, 2], ["d"] = [], ["model.norm.weight"] = [48] })).Message;
        Assert.Equal($"'{_folder.File("x.safetensors")}': 3 faults.\n  Tensor 'a' has shape [2, 3]; expected [3, 2].\n  Tensor 'd' is I64; expected F32, BF16, "
            + "F16 or F64. Quantised checkpoints cannot be tuned.\n  Tensor 'model.norm.weight' is missing; expected shape [48].", message);
    }

    [Fact]
    public void A_file_cut_short_after_it_was_opened_is_a_clear_error()
    {
        string path = _folder.Write("x.safetensors", SafetensorsBytes.Good());
        using CheckpointReader reader = CheckpointReader.OpenFile(path);
        long length = new FileInfo(path).Length;
        File.WriteAllBytes(path + ".short", File.ReadAllBytes(path)[..(int)(length - 20)]);
        if (OperatingSystem.IsWindows()) return;
        // The system shares the file among .NET processes; another program would not ask.
        using (System.Diagnostics.Process truncate = System.Diagnostics.Process.Start("cp", [path + ".short", path])) truncate.WaitForExit();
        string message = Assert.Throws<InvalidDataException>(() => reader.ReadFloat32("b")).Message;
        Assert.Equal($"'{path}' ends at byte {length - 20}, though it was longer when it was opened. Was it written to meanwhile?", message);
    }

    [Fact]
    public void Cancelling_ends_a_read()
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Good()));
        var values = new float[6];
        fixed (float* first = values)
        {
            nint address = (nint)first;
            Assert.ThrowsAny<OperationCanceledException>(() => reader.ReadFloat32([new("a", address, 6)], new CancellationToken(canceled: true)));
        }
    }

    [Fact]
    public void A_folder_without_weights_says_what_was_looked_for()
    {
        string message = Assert.Throws<FileNotFoundException>(() => CheckpointReader.Open(_folder.Path)).Message;
        Assert.Equal($"The folder '{_folder.Path}' holds neither 'model.safetensors' nor 'model.safetensors.index.json'.", message);
        _folder.Write("pytorch_model.bin", "x");
        Assert.EndsWith(" Its weights are pickled (pytorch_model*.bin), which can run code when read: convert them to safetensors first.",
            Assert.Throws<FileNotFoundException>(() => CheckpointReader.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal($"The model folder '{_folder.File("none")}' does not exist.",
            Assert.Throws<DirectoryNotFoundException>(() => CheckpointReader.Open(_folder.File("none"))).Message);
        Assert.Equal($"'{_folder.File("none")}' does not exist. A safetensors file is expected there.",
            Assert.Throws<FileNotFoundException>(() => CheckpointReader.OpenFile(_folder.File("none"))).Message);
    }

    private CheckpointReader Open(string header, byte[] data) => CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Of(header, data)));
}
