namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class ShardIndexTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tensor_is_found_in_whichever_shard_it_lies()
    {
        WriteShard("m-1.safetensors", "a");
        WriteShard("m-2.safetensors", "b", "extra");
        // The index has them the wrong way round, and one not at all.
        WriteIndex("""{"metadata":{},"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors"}}""");
        using CheckpointReader reader = CheckpointReader.Open(_folder.Path);
        Assert.Equal(["a", "b", "extra"], reader.Tensors.Keys.Order());
        Assert.Equal(_folder.File("m-1.safetensors"), reader.Tensors["a"].File);
        Assert.Single(reader.ReadFloat32("extra"));
    }

    [Fact]
    public void The_single_file_goes_before_an_index()
    {
        WriteShard("model.safetensors", "single");
        WriteIndex("not even JSON");
        using CheckpointReader reader = CheckpointReader.Open(_folder.Path);
        Assert.Equal(["single"], reader.Tensors.Keys);
    }

    [Fact]
    public void Missing_shards_and_names_that_leave_the_folder_are_named_together()
    {
        WriteIndex("""{"weight_map":{"a":"m-1.safetensors","b":"../m.safetensors","c":"/etc/passwd","d":5,"e":"m-9.safetensors","f":"C:"""
            + """\\m.safetensors","a":"m-2.safetensors"}}""");
        AssertFaults(
            "weight_map: '../m.safetensors' is not the plain name of a .safetensors file in the same folder.",
            "weight_map: '/etc/passwd' is not the plain name of a .safetensors file in the same folder.",
            "weight_map: a file name is expected for tensor 'd', found Number.",
            "weight_map: 'C:\\m.safetensors' is not the plain name of a .safetensors file in the same folder.",
            "weight_map: tensor 'a' stands there twice.",
            "weight_map: the file 'm-1.safetensors' is missing.",
            "weight_map: the file 'm-9.safetensors' is missing.");
    }

    [Fact]
    public void A_tensor_in_no_shard_and_one_in_two_are_named()
    {
        WriteShard("m-1.safetensors", "a", "b");
        WriteShard("m-2.safetensors", "b");
        WriteIndex("""{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors","c":"m-2.safetensors"}}""");
        AssertFaults(
            "Tensor 'b' lies in two shards, 'm-1.safetensors' and 'm-2.safetensors'.",
            "Tensor 'c' should lie in 'm-2.safetensors', but lies in no shard.");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"weight_map":[]}""")]
    public void What_has_no_map_is_refused(string json)
    {
        WriteIndex(json);
        Assert.Equal($"'{IndexPath}': an object with the field 'weight_map', itself an object of tensor and file names, is expected.", Refusal());
    }

    [Fact]
    public void An_empty_map_is_refused()
    {
        WriteIndex("""{"weight_map":{}}""");
        Assert.Equal($"'{IndexPath}': weight_map is empty.", Refusal());
    }

    [Theory]
    [InlineData("""{"weight_map":{"\udc00":"m-1.safetensors"}}""")]
    [InlineData("""{"weight_map":{"a":"\ud800.safetensors"}}""")]
    [InlineData("{")]
    public void What_is_not_JSON_is_refused(string json)
    {
        WriteIndex(json);
        Assert.StartsWith($"'{IndexPath}' is not valid JSON: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_JSON_is_refused()
    {
        WriteIndex("{\"weight_map\":" + new string('[', 500_000));
        Assert.StartsWith($"'{IndexPath}' is not valid JSON: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_shard_leaves_no_file_open()
    {
        WriteShard("m-1.safetensors", "a");
        _folder.Write("m-2.safetensors", "damaged");
        WriteIndex("""{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}""");
        Assert.StartsWith($"'{_folder.File("m-2.safetensors")}': ", Refusal(), StringComparison.Ordinal);
        using FileStream exclusive = new(_folder.File("m-1.safetensors"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.NotEqual(0, exclusive.Length);
    }

    private string IndexPath => _folder.File("model.safetensors.index.json");

    private string Refusal() => Assert.Throws<InvalidDataException>(() => CheckpointReader.Open(_folder.Path)).Message;

    private void AssertFaults(params string[] faults) =>
        Assert.Equal($"'{IndexPath}': {faults.Length} faults." + string.Concat(faults.Select(f => $"\n  {f}")), Refusal());

    private void WriteIndex(string json) => _folder.Write("model.safetensors.index.json", json);

    private void WriteShard(string name, params string[] tensors) =>
        SafetensorsWriter.Write(_folder.File(name), [.. tensors.Select(t => new TensorSource(t, [1], sink => sink.Write([1f])))], CheckpointType.Float32);
}
