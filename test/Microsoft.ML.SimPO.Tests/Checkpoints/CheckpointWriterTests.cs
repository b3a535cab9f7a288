namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class CheckpointWriterTests : IDisposable
{
    private const string Config = "{\n  \"model_type\": \"llama\",\n  \"torch_dtype\": \"float16\",\n  \"unknown\": [1.50]\n}\n";

    private readonly TempFolder _folder = new();

    public CheckpointWriterTests()
    {
        _folder.Write("source/config.json", Config);
        _folder.Write("source/generation_config.json", "{ \"eos_token_id\": [2] }");
        _folder.Write("source/tokenizer.json", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D, 0x0D]);
        _folder.Write("source/additional_chat_templates/tools.jinja", "{{ tools }}");
        _folder.Write("source/modeling_llama.py", "print('never copied')");
        _folder.Write("source/model.safetensors", "the old weights");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_has_the_weights_and_the_files_of_its_source()
    {
        Writer().Write(_folder.File("tuned"), Tensors());
        Assert.Equal(
            ["additional_chat_templates/tools.jinja", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json"], NamesIn("tuned"));
        Assert.Equal(Config.Replace("float16", "float32", StringComparison.Ordinal), File.ReadAllText(_folder.File("tuned", "config.json")));
        foreach (string same in new[] { "generation_config.json", "tokenizer.json", "additional_chat_templates/tools.jinja" })
            Assert.Equal(File.ReadAllBytes(_folder.File("source", same)), File.ReadAllBytes(_folder.File("tuned", same)));
        AssertReads("tuned", CheckpointType.Float32);
    }

    [Fact]
    public void Bfloat16_is_written_and_named_when_asked_for()
    {
        new CheckpointWriter(_folder.File("source")) { Type = CheckpointType.BFloat16 }.Write(_folder.File("tuned"), Tensors());
        Assert.Contains("\"torch_dtype\": \"bfloat16\"", File.ReadAllText(_folder.File("tuned", "config.json")), StringComparison.Ordinal);
        AssertReads("tuned", CheckpointType.BFloat16);
    }

    [Fact]
    public void Rounding_to_bfloat16_says_how_many_updates_it_takes_back()
    {
        // A step of bfloat16 at 1 is 2^-7: the first update survives, the second is too small, the third value was not updated.
        Writer().Write(_folder.File("source"), [new("w", [3], s => s.Write([1f, 1f, 1f])), new("gone", [1], s => s.Write([1f]))]);
        TensorSource[] tuned = [new("w", [3], s => s.Write([1.01f, 1.001f, 1f])), new("new", [2], s => s.Write([1f, 2f]))];
        CheckpointSummary rounded = new CheckpointWriter(_folder.File("source")) { Type = CheckpointType.BFloat16 }.Write(_folder.File("tuned"), tuned);
        Assert.Equal(new CheckpointSummary(Files: 1, Parameters: 5, Bytes: 10, Changed: 2, PutBack: 1), rounded);
        Assert.Equal(new CheckpointSummary(Files: 1, Parameters: 5, Bytes: 20, Changed: null, PutBack: null), Writer().Write(_folder.File("tuned"), tuned));
    }

    [Fact]
    public void Shards_are_filled_in_order_up_to_the_limit_and_the_index_names_them()
    {
        // Float32: 8, 4, 16 and 4 bytes; the third is larger than a shard may be.
        new CheckpointWriter(_folder.File("source")) { MaxShardBytes = 12 }.Write(_folder.File("tuned"), Tensors());
        Assert.Equal(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"],
            NamesIn("tuned").Where(n => n.StartsWith("model", StringComparison.Ordinal)));
        Assert.Equal(
            """
            {
              "metadata": {
                "total_parameters": 8,
                "total_size": 32
              },
              "weight_map": {
                "embed": "model-00001-of-00003.safetensors",
                "head": "model-00003-of-00003.safetensors",
                "norm": "model-00001-of-00003.safetensors",
                "wide": "model-00002-of-00003.safetensors"
              }
            }

            """, File.ReadAllText(_folder.File("tuned", "model.safetensors.index.json")));
        AssertReads("tuned", CheckpointType.Float32);
    }

    [Fact]
    public void A_model_may_be_written_over_its_source_and_notes_in_it_stay()
    {
        _folder.Write("source/model-00001-of-00002.safetensors", "a shard of old");
        _folder.Write("source/model.safetensors.index.json", "an index of old");
        _folder.Write("source/notes.md", "mine");
        Writer().Write(_folder.File("source"), Tensors());
        Assert.Equal(["additional_chat_templates/tools.jinja", "config.json", "generation_config.json", "model.safetensors", "modeling_llama.py", "notes.md",
            "tokenizer.json"], NamesIn("source"));
        AssertReads("source", CheckpointType.Float32);
    }

    [Fact]
    public void When_a_tensor_fails_the_folder_is_as_it_was()
    {
        string[] before = _folder.Names();
        List<TensorSource> tensors = [.. Tensors(), new TensorSource("z", [1], _ => throw new IOException("out of reach"))];
        Assert.Equal("out of reach", Assert.Throws<IOException>(() => Writer().Write(_folder.File("source"), tensors)).Message);
        Assert.Equal(before, _folder.Names());
        Assert.Equal("the old weights", File.ReadAllText(_folder.File("source", "model.safetensors")));
    }

    [Fact]
    public void A_model_is_not_written_into_the_folder_of_an_adapter()
    {
        _folder.Write("adapter/adapter_config.json", "{}");
        Assert.Equal($"The folder '{_folder.File("adapter")}' holds an adapter. Write the model to another: readers take a folder for one or the other.",
            Assert.Throws<IOException>(() => Writer().Write(_folder.File("adapter"), Tensors())).Message);
        Assert.Equal(["adapter_config.json"], NamesIn("adapter"));
    }

    [Fact]
    public void Wrong_calls_are_refused()
    {
        string nothing = _folder.File("nothing");
        Directory.CreateDirectory(nothing);
        Assert.Equal($"The folder '{nothing}' holds no 'config.json'.", Assert.Throws<FileNotFoundException>(() => new CheckpointWriter(nothing)).Message);
        Assert.Equal(
            "There are no tensors to write. (Parameter 'tensors')", Assert.Throws<ArgumentException>(() => Writer().Write(_folder.File("tuned"), [])).Message);
        Assert.Equal("Two tensors are named 'norm'. (Parameter 'tensors')",
            Assert.Throws<ArgumentException>(() => Writer().Write(_folder.File("tuned"), [.. Tensors(), .. Tensors().Skip(1).Take(1)])).Message);
        Assert.False(Directory.Exists(_folder.File("tuned")));
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("C:\\x")]
    [InlineData("")]
    public void A_file_may_not_lead_out_of_the_folder(string name) =>
        Assert.Equal($"'{name}' is not the name of a file inside a model folder.", Assert.Throws<InvalidDataException>(() => new ModelFile(name, [])).Message);

    private CheckpointWriter Writer() => new(_folder.File("source"));

    private string[] NamesIn(string folder) =>
        [.. _folder.Names().Where(n => n.StartsWith(folder + "/", StringComparison.Ordinal)).Select(n => n[(folder.Length + 1)..])];

    private static TensorSource[] Tensors() =>
    [
        new("embed", [2], s => s.Write([1f, 2f])),
        new("norm", [1], s => s.Write([3f])),
        new("wide", [2, 2], s => s.Write([4f, 5f, 6f, 7f])),
        new("head", [1, 1], s => s.Write([8f])),
    ];

    private void AssertReads(string folder, CheckpointType type)
    {
        using CheckpointReader reader = CheckpointReader.Open(_folder.File(folder));
        Assert.Empty(reader.Check(Tensors().ToDictionary(t => t.Name, t => t.Shape.ToArray())));
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f], Tensors().SelectMany(t => reader.ReadFloat32(t.Name)));
        Assert.All(reader.Tensors.Values, entry => Assert.Equal(type, entry.Type));
    }
}
