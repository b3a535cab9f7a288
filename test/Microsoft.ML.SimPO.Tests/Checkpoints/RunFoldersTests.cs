namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class RunFoldersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checkpoints_of_a_run_are_listed_by_number()
    {
        foreach (int step in new[] { 9, 100, 10 }) Directory.CreateDirectory(_folder.File($"checkpoint-{step}"));
        AssertMissing("It is the folder of a run, with the checkpoints 'checkpoint-9', 'checkpoint-10', 'checkpoint-100'. Open one of them; 'checkpoint-100' "
            + "is the last.");
    }

    [Theory]
    [InlineData("zero_to_fp32.py", "It holds a checkpoint of DeepSpeed ZeRO. Run its `zero_to_fp32.py` to write the weights first.")]
    [InlineData("__0_0.distcp", "It holds a sharded checkpoint of FSDP. Merge it with `accelerate merge-weights` first.")]
    [InlineData("adapter_model.safetensors", "It holds a PEFT adapter, not a model. Give it as the adapter, and its base model as the model.")]
    [InlineData("model.gguf", "Its weights are GGUF: give the file itself.")]
    public void What_a_run_left_is_told(string file, string message)
    {
        File.WriteAllText(_folder.File(file), "");
        AssertMissing(message);
    }

    [Theory]
    [InlineData("module.", "DistributedDataParallel or DeepSpeed")]
    [InlineData("_orig_mod.", "torch.compile")]
    [InlineData("base_model.model.", "PEFT, whose adapter was not merged")]
    public void The_prefix_of_a_wrapper_is_named(string prefix, string owner)
    {
        var tensors = Names("model.norm.weight", "model.embed_tokens.weight")
            .ToDictionary(name => prefix + name, name => Entry(prefix + name, 4), StringComparer.Ordinal);
        Assert.Equal(
            $"The names begin with '{prefix}', the prefix of {owner}: what was saved is the wrapper. Save the model inside it, or take the prefix off "
                + "every name.",
            RunFolders.Diagnose(
                tensors, Names("model.norm.weight", "model.embed_tokens.weight").ToDictionary(name => name, _ => new long[] { 4 }, StringComparer.Ordinal)));
    }

    [Fact]
    public void A_decoder_that_was_saved_without_the_model_around_it_is_called_so()
    {
        var tensors = Names("norm.weight", "embed_tokens.weight", "lm_head.weight").ToDictionary(name => name, name => Entry(name, 4), StringComparer.Ordinal);
        Assert.Equal(
            "The names lack 'model.': what was saved is the decoder alone, not the model around it. "
                + "Save the whole model, or put 'model.' before every name but that of the head.",
            RunFolders.Diagnose(tensors, Names("model.norm.weight", "model.embed_tokens.weight", "lm_head.weight")
                .ToDictionary(name => name, _ => new long[] { 4 }, StringComparer.Ordinal)));
    }

    [Fact]
    public void The_name_of_an_adapter_in_its_tensors_is_told()
    {
        string[] matrices = Names("base_model.model.q_proj.lora_A", "base_model.model.q_proj.lora_B");
        Assert.Equal(
            "The names hold that of the adapter, 'default', as PEFT has them in memory. Save the adapter with `save_pretrained`, or take '.default' out of "
                + "every name.",
            RunFolders.Diagnose(
                matrices.ToDictionary(name => $"{name}.default.weight", name => Entry(name, 4), StringComparer.Ordinal),
                matrices.ToDictionary(name => $"{name}.weight", _ => new long[] { 4 }, StringComparer.Ordinal)));
    }

    [Fact]
    public void Placeholders_of_ZeRO_3_are_called_so()
    {
        var tensors = new Dictionary<string, TensorEntry> { ["a"] = Entry("a", 4), ["b"] = Entry("b", 0) };
        Assert.Equal(
            "Tensor 'b' has shape [0]: it is a placeholder of DeepSpeed ZeRO-3, whose weights lie elsewhere. Run `zero_to_fp32.py` of the run's folder to "
                + "write them.",
            RunFolders.Diagnose(tensors, new Dictionary<string, long[]> { ["a"] = [4], ["b"] = [4, 2] }));
    }

    [Fact]
    public void Tensors_that_are_only_other_ones_are_no_wrappers() =>
        Assert.Null(RunFolders.Diagnose(new Dictionary<string, TensorEntry> { ["x"] = Entry("x", 4) }, new Dictionary<string, long[]> { ["a"] = [4] }));

    [Fact]
    public void A_tensor_of_four_bits_that_no_model_needs_does_not_block_its_file()
    {
        byte[] header = System.Text.Encoding.UTF8.GetBytes(
            """{"f":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},"a":{"dtype":"F32","shape":[1],"data_offsets":[3,7]}}""");
        byte[] bytes = [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, .. BitConverter.GetBytes(1.5f)];
        using CheckpointReader reader = CheckpointReader.OpenFile(_folder.Write("x.safetensors", bytes));
        Assert.Equal(["f"], reader.Check(new Dictionary<string, long[]> { ["a"] = [1] }));
        Assert.Equal([1.5f], reader.ReadFloat32("a"));
        Assert.Equal(6, reader.Tensors["f"].Count);
        Assert.Equal(
            $"'{_folder.File("x.safetensors")}': Tensor 'f' is F4; expected F32, BF16, F16 or F64. Quantised checkpoints cannot be tuned.",
            Assert.Throws<InvalidDataException>(() => reader.Check(new Dictionary<string, long[]> { ["f"] = [3, 2] })).Message);
    }

    [Fact]
    public void A_single_file_beside_shards_is_a_warning()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Good());
        string path = Path.GetDirectoryName(_folder.File("x"))!;
        using (CheckpointReader alone = CheckpointReader.Open(path)) Assert.Null(alone.Ambiguity);
        File.WriteAllText(_folder.File("model.safetensors.index.json"), "{}");
        using CheckpointReader both = CheckpointReader.Open(path);
        Assert.Equal(
            $"Warning: '{path}' holds both 'model.safetensors' and shards with 'model.safetensors.index.json'. 'model.safetensors' is used; delete "
                + "what is old.",
            both.Ambiguity);
    }

    private void AssertMissing(string message)
    {
        string path = Path.GetDirectoryName(_folder.File("x"))!;
        Assert.Equal(
            $"The folder '{path}' holds neither 'model.safetensors' nor 'model.safetensors.index.json'. {message}",
            Assert.Throws<FileNotFoundException>(() => CheckpointReader.Open(path)).Message);
    }

    private static string[] Names(params string[] names) => names;

    private static TensorEntry Entry(string name, long length) => new(name, CheckpointType.Float32, [length], "f", 0, 4 * length);
}
