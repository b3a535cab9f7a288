namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_good_file_lists_its_tensors_with_offsets_from_its_start()
    {
        byte[] bytes = SafetensorsBytes.Good();
        string path = _folder.Write("good.safetensors", bytes);
        using CheckpointReader reader = CheckpointReader.OpenFile(path);
        Assert.Equal(["a", "b", "c", "d"], reader.Tensors.Keys.Order());
        TensorEntry b = reader.Tensors["b"];
        int dataStart = bytes.Length - 44;
        Assert.Equal((CheckpointType.BFloat16, path, dataStart + 24L, 8L, 4L), (b.Type, b.File, b.Offset, b.ByteLength, b.Count));
        Assert.Equal([2, 3], reader.Tensors["a"].Shape);
        Assert.Empty(reader.Tensors["d"].Shape);
        Assert.Equal(1, reader.Tensors["d"].Count);
    }

    [Fact]
    public void An_empty_tensor_takes_no_room()
    {
        using CheckpointReader reader =
            Open("""{"e":{"dtype":"F32","shape":[0,9223372036854775807,9],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4);
        Assert.Equal(0, reader.Tensors["e"].Count);
    }

    [Fact]
    public void A_file_without_tensors_is_a_file() => Assert.Empty(Open("{}", 0).Tensors);

    [Theory]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4,
        "Tensor 'a': dtype 'F33' is not one of BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "Tensor 'a': shape [-1] has a negative size.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, "Tensor 'a': shape [-1, -1] has a negative size.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "Tensor 'a': shape [4294967296, 4294967296] is too large.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", 4, "Tensor 'a': shape [4611686018427387905] is too large.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "Tensor 'a': shape [2] of F32 takes 8 bytes, but data_offsets [0, 4] hold 4.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4,
        "Tensor 'a': data_offsets [0, 8] end behind the 4 bytes of data; the file may be cut short.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "Tensor 'a': data_offsets [-4, 0] do not ascend from 0.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "Tensor 'a': data_offsets [4, 0] do not ascend from 0.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "Tensor 'a': data_offsets must be two numbers, but are [0, 4, 8].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "Tensor 'a': dtype, shape and data_offsets are expected, but data_offsets is missing.")]
    [InlineData("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "Tensor '': its name is empty.")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "Tensor 'a' stands there twice.")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' stands there twice.")]
    public void A_false_entry_is_named(string header, int dataLength, string fault)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Open(header, dataLength));
        Assert.Equal($"'{_folder.File("x.safetensors")}': {fault}", e.Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6,
        "Tensor 'b' begins at byte {0:2}, but tensor 'a' ends at {0:4}: they overlap.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}""", 6,
        "Tensor 'b' begins at byte {0:5}, but tensor 'a' ends at {0:4}: there is a gap.")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "Tensor 'a' begins at byte {0:1}, but the header ends at {0:0}: there is a gap.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 3,
        "The last tensor ends at byte {0:1}, but the file has {0:3}: 2 bytes belong to no tensor.")]
    public void Tensors_must_cover_the_data_exactly(string header, int dataLength, string fault)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Open(header, dataLength));
        // {0:n} stands for the n-th byte of the data.
        string expected = System.Text.RegularExpressions.Regex.Replace(
            fault, @"\{0:(\d)\}", m => $"{8 + header.Length + int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)}");
        Assert.Equal($"'{_folder.File("x.safetensors")}': {expected}", e.Message);
    }

    [Fact]
    public void All_faults_are_named_at_once_up_to_twenty()
    {
        string header = "{" + string.Join(
            ",", Enumerable.Range(0, 25).Select(i => $$"""{"dtype":"X","shape":[],"data_offsets":[0,0]}""").Select((v, i) => $"\"t{i}\":{v}")) + "}";
        string[] lines = Assert.Throws<InvalidDataException>(() => Open(header, 0)).Message.Split('\n');
        Assert.Equal($"'{_folder.File("x.safetensors")}': 25 faults.", lines[0]);
        Assert.StartsWith("  Tensor 't0': dtype 'X' is not one of", lines[1], StringComparison.Ordinal);
        Assert.Equal((22, "  and 5 more"), (lines.Length, lines[^1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":{"dtype":5,"shape":[],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e3],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":{}}}""")]
    [InlineData("""{"__metadata__":{"x":1}}""")]
    [InlineData("""{"__metadata__":"x"}""")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    public void What_is_not_a_header_is_refused_with_its_place(string header)
    {
        string message = Assert.Throws<InvalidDataException>(() => Open(header, 0)).Message;
        Assert.StartsWith($"'{_folder.File("x.safetensors")}': the header is not valid JSON near byte ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_JSON_is_refused_without_following_it()
    {
        const int Depth = 1_000_000;
        string header = $$"""{"a":{"dtype":{{new string('[', Depth)}}""";
        Assert.Throws<InvalidDataException>(() => Open(header, 0));
    }

    [Fact]
    public void A_hostile_name_is_shown_short_and_without_control_characters()
    {
        string header = "{\"\\u001b[31m" + new string('x', 100_000) + "\":{\"dtype\":\"X\",\"shape\":[],\"data_offsets\":[0,0]}}";
        string message = Assert.Throws<InvalidDataException>(() => Open(header, 0)).Message;
        Assert.Contains("Tensor '?[31mxxx", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 100, 600);
    }

    [Theory]
    [InlineData(0, "a safetensors file begins with 8 bytes for the length of its header, but this file has only 0.")]
    [InlineData(7, "a safetensors file begins with 8 bytes for the length of its header, but this file has only 7.")]
    public void A_file_too_short_for_a_length_is_refused(int length, string fault)
    {
        string path = _folder.Write("x.safetensors", new byte[length]);
        Assert.Equal($"'{path}': {fault}", Assert.Throws<InvalidDataException>(() => CheckpointReader.OpenFile(path)).Message);
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(0x7FFFFFFFFFFFFFFFUL)]
    [InlineData(ulong.MaxValue)]
    public void A_header_longer_than_the_file_is_refused_without_making_room_for_it(ulong length)
    {
        string path = _folder.Write("x.safetensors", [.. SafetensorsBytes.Length(length), (byte)'{', (byte)'}']);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.OpenFile(path)).Message;
        Assert.Equal($"'{path}': the header should take {length} bytes, but only 2 follow. The file is cut short or no safetensors file.", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void A_header_above_the_limit_of_the_format_is_refused_without_reading_it()
    {
        string path = _folder.File("x.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write(SafetensorsBytes.Length(100_000_001));
            stream.SetLength(100_000_100);
        }
        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.OpenFile(path)).Message;
        Assert.Equal($"'{path}': the header takes 100000001 bytes; the format allows 100000000.", message);
    }

    private CheckpointReader Open(string header, int dataLength) =>
        CheckpointReader.OpenFile(_folder.Write("x.safetensors", SafetensorsBytes.Of(header, dataLength)));
}
