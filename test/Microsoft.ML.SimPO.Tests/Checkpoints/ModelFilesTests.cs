namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class ModelFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_files_that_a_tuned_model_keeps_are_read_in_one_order_and_no_others()
    {
        foreach (string name in new[]
        {
            "tokenizer.json", "config.json", "generation_config.json", "merges.txt",
            "additional_chat_templates/tool.jinja", "additional_chat_templates/rag.jinja",
            "additional_chat_templates/notes.md", "model.safetensors", "README.md", "adapter_config.json",
        }) _folder.Write(name, name);
        ModelFiles files = ModelFiles.Read(_folder.Path);
        Assert.Equal(
            [
                "config.json", "generation_config.json", "tokenizer.json", "merges.txt",
                "additional_chat_templates/rag.jinja", "additional_chat_templates/tool.jinja",
            ],
            files.Select(f => f.Name));
        Assert.All(files, f => Assert.Equal(f.Name, System.Text.Encoding.UTF8.GetString(files.Get(f.Name))));
        Assert.Equal(6, files.Count);
        Assert.Null(files.Find("README.md"));
        Assert.False(files.Has("model.safetensors"));
    }

    [Theory]
    [InlineData("tuned.zip", "If mlContext.Model.Save wrote it, load it with mlContext.Model.Load; else unpack it.")]
    [InlineData("model.safetensors", "Give the folder that the file lies in.")]
    [InlineData("model.bin", "Give a folder in Hugging Face layout, with config.json, *.safetensors and tokenizer.json.")]
    public void A_file_given_for_a_folder_is_named_with_what_to_give(string name, string advice)
    {
        string path = _folder.Write(name, "content");
        string expected = $"'{path}' is a file, and a model is a folder. {advice}";
        Assert.Equal(expected, Assert.Throws<DirectoryNotFoundException>(() => ModelFiles.Read(path)).Message);
        var context = new MLContext();
        Assert.Equal(expected, Assert.Throws<DirectoryNotFoundException>(() => context.Alignment.LoadModel(path)).Message);
        Assert.Equal(expected, Assert.Throws<DirectoryNotFoundException>(() => context.Alignment.DescribeModel(path)).Message);
    }

    [Fact]
    public void A_GGUF_file_given_for_an_adapter_is_named_with_what_to_give()
    {
        string path = _folder.Write("adapter.gguf", "content");
        Assert.Equal(
            $"'{path}' is a file, and a model is a folder. A GGUF file is given as the model itself, where a whole one is asked for; "
            + "what is asked for here lies in a folder.", Assert.Throws<DirectoryNotFoundException>(() => ModelFiles.Read(path)).Message);
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_named_with_what_to_do()
    {
        const string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n";
        string weights = _folder.Write("model.safetensors", pointer), config = _folder.Write("config.json", pointer);
        string Expected(string path) =>
            $"'{path}' is a pointer of Git LFS, not the file itself. Run `git lfs install` and `git lfs pull` in its folder, or download the file.";
        Assert.Equal(Expected(weights), Assert.Throws<InvalidDataException>(() => CheckpointReader.OpenFile(weights)).Message);
        Assert.Equal(Expected(config), Assert.Throws<InvalidDataException>(() => ModelConfig.Load(ModelFiles.Read(_folder.Path))).Message);
    }

    [Fact]
    public void They_are_what_they_were_when_they_were_read()
    {
        _folder.Write("config.json", """{"a":1}""");
        ModelFiles files = ModelFiles.Read(_folder.Path);
        _folder.Write("config.json", """{"a":2}""");
        Assert.Equal(1, ModelConfig.Load(files).GetInt32("a"));
        File.Delete(_folder.File("config.json"));
        Assert.Equal(1, ModelConfig.Load(files).GetInt32("a"));
    }

    [Fact]
    public void What_is_missing_is_named_by_where_it_should_lie()
    {
        ModelFiles files = ModelFiles.Read(_folder.Path);
        Assert.Equal(
            $"'{_folder.File("config.json")}' does not exist. The folder of a model has it, *.safetensors and tokenizer.json.",
            Assert.Throws<FileNotFoundException>(() => files.Get("config.json")).Message);
        Assert.Equal(
            $"The model folder '{_folder.File("none")}' does not exist.",
            Assert.Throws<DirectoryNotFoundException>(() => ModelFiles.Read(_folder.File("none"))).Message);
        var memory = new ModelFiles("m.zip", []);
        Assert.Equal($"'{Path.Combine("m.zip", "config.json")}' does not exist.", Assert.Throws<FileNotFoundException>(() => new HubFolder(memory)).Message);
    }

    [SkippableTheory]
    [InlineData("tokenizer.json", 67108864)]
    [InlineData("tokenizer.model", 67108864)]
    [InlineData("config.json", 16777216)]
    [InlineData("tokenizer_config.json", 16777216)]
    public void A_file_that_is_too_large_is_not_read(string name, long most)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs files that take no room where nothing was written.");
        using (FileStream stream = File.Create(_folder.File(name))) stream.SetLength(most + 1);
        Assert.Equal(
            FormattableString.Invariant($"'{_folder.File(name)}' has {most + 1} bytes; at most {most} are expected."),
            Assert.Throws<InvalidDataException>(() => ModelFiles.Read(_folder.Path)).Message);
    }

    [Fact]
    public void Names_are_said_once_and_their_number_is_bounded()
    {
        ModelFile[] twice = [new("a", [1]), new("b", []), new("a", [2])];
        Assert.Equal("'m.zip': the file 'a' stands there twice.", Assert.Throws<InvalidDataException>(() => new ModelFiles("m.zip", twice)).Message);
        ModelFile[] many = [.. Enumerable.Range(0, 1001).Select(i => new ModelFile($"f{i}", []))];
        Assert.Equal("'m.zip' holds more than 1000 small files.", Assert.Throws<InvalidDataException>(() => new ModelFiles("m.zip", many)).Message);
        byte[] shared = new byte[60 << 20]; // the same bytes three times: what counts is what they would be
        IEnumerable<ModelFile> large = Enumerable.Range(0, 3).Select(i => new ModelFile($"f{i}", shared));
        Assert.Equal(
            "'m.zip': the files that are no weights have more than 134217728 bytes together.",
            Assert.Throws<InvalidDataException>(() => new ModelFiles("m.zip", large)).Message);
    }
}
