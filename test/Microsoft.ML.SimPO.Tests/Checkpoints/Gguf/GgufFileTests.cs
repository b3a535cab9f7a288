using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read_again()
    {
        string path = Write([("a.text", GgufValue.Text("ä")), ("a.size", GgufValue.UInt32(7)), ("a.number", GgufValue.Float32(0.5)),
            ("a.flag", GgufValue.Flag(true)), ("a.texts", GgufValue.Texts(["x", ""])),
            ("a.integers", GgufValue.Int32s([-1, 2])), ("a.numbers", GgufValue.Float32s([1.5f]))]);
        using GgufFile file = GgufFile.Open(path);
        GgufMetadata metadata = file.Metadata;
        Assert.Equal(
            ("ä", 7, 0.5, true),
            (metadata.Text("a.text"), metadata.Size("a.size"), metadata.NumberOrNull("a.number"), metadata.FlagOrNull("a.flag")));
        Assert.Equal(["x", ""], file.Metadata.Texts("a.texts"));
        Assert.Equal([-1, 2], file.Metadata.Integers("a.integers", 2));
        Assert.Equal([1.5f], file.Metadata.Singles("a.numbers", 1));
        Assert.Equal(["w", "v"], file.Tensors.Select(t => t.Name));
        Assert.Equal([2, 3], file.Tensors[0].Shape);
        Assert.Equal((24L, 0L, 0L), (file.Tensors[0].ByteLength, file.Tensors[0].Offset % 32, new FileInfo(path).Length % 32));
        Assert.Equal([1, 2, 3, 4, 5, 6], Values(file, file.Tensors[0]));
        Assert.Equal([7, 8], Values(file, file.Tensors[1]));
    }

    [Fact]
    public void Rows_of_a_head_that_turn_together_stand_beside_each_other_and_one_is_added()
    {
        // One head of four rows: 0 and 2, 1 and 3.
        float[] rows = [0, 0, 1, 1, 2, 2, 3, 3];
        string path = _folder.File("turned.gguf");
        GgufWriter.Write(path, [], [new GgufOutput("q", Source("q", [4, 2], rows), BlockCodecs.F32, Heads: 1, AddsOne: true)]);
        using GgufFile file = GgufFile.Open(path);
        Assert.Equal([1, 1, 3, 3, 2, 2, 4, 4], Values(file, file.Tensors[0]));
    }

    [Fact]
    public void A_file_that_fails_while_it_is_written_was_never_there()
    {
        string path = _folder.File("failed.gguf");
        var broken = new TensorSource("w", [2, 3], _ => throw new IOException("no more room"));
        Assert.Equal("no more room", Assert.Throws<IOException>(() => GgufWriter.Write(path, [], [new GgufOutput("w", broken, BlockCodecs.F32)])).Message);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void What_is_no_file_of_this_kind_is_named()
    {
        byte[] good = File.ReadAllBytes(Write([("a", GgufValue.UInt32(1))]));
        Check([], "' is empty; a GGUF file is expected.");
        Check(good[..20], "': a GGUF file begins with 24 bytes of magic, version and counts, but this one has only 20.");
        Check([.. "GGML"u8, .. good[4..]], "': it does not begin with 'GGUF': it is no GGUF file, or a damaged one.");
        Check([.. good[..4], 1, 0, 0, 0, .. good[8..]], "': GGUF of version 1 is not read. Convert the model anew: versions 2 and 3 are.");
        Check([.. good[..4], 9, 0, 0, 0, .. good[8..]], "': GGUF of version 9 is not read; versions 2 and 3 are.");
        Check([.. good[..4], 0, 0, 0, 3, .. good[8..]],
            "': it was written for big-endian machines, and is not read. Get the file for little-endian ones, which is the usual.");
        Check([.. "version https://git-lfs.github.com/spec/v1\nsize 1\n"u8],
            "' is a pointer of Git LFS, not the file itself. Run `git lfs install` and `git lfs pull` in its folder, or download the file.");
        Check(good[..^40], FormattableString.Invariant(
            $"': Tensor 'v' ends at byte {good.Length - 32 + 8}, but the file at {good.Length - 40}: it is cut short."));
        Check([.. good[..8], 255, 255, 255, 255, 255, 255, 255, 127, .. good[16..]], FormattableString.Invariant(
            $"': it should hold 9223372036854775807 tensors and 1 keys, but has only {good.Length} bytes."));
    }

    private void Check(byte[] content, string expected)
    {
        string path = _folder.Write("other.gguf", content);
        Exception e = Record.Exception(() => GgufFile.Open(path).Dispose());
        Assert.True(e is InvalidDataException or NotSupportedException, $"{e}");
        Assert.Equal($"'{path}{expected}", e.Message);
    }

    private string Write(IReadOnlyList<(string Key, GgufValue Value)> metadata)
    {
        string path = _folder.File("good.gguf");
        GgufWriter.Write(path, metadata, [new GgufOutput("w", Source("w", [2, 3], [1, 2, 3, 4, 5, 6]), BlockCodecs.F32),
            new GgufOutput("v", Source("v", [2], [7, 8]), BlockCodecs.F32)]);
        return path;
    }

    private static TensorSource Source(string name, long[] shape, float[] values) => new(name, shape, sink => sink.Write(values));

    private static unsafe float[] Values(GgufFile file, GgufTensor tensor)
    {
        float[] values = new float[tensor.Count];
        fixed (float* first = values) file.Read(first, tensor.ByteLength, tensor.Offset);
        return values;
    }
}
