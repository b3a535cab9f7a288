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
        Assert.Equal($"'{_folder.File("config.json")}' does not exist.", Assert.Throws<FileNotFoundException>(() => files.Get("config.json")).Message);
        Assert.Equal(
            $"The model folder '{_folder.File("none")}' does not exist.",
            Assert.Throws<DirectoryNotFoundException>(() => ModelFiles.Read(_folder.File("none"))).Message);
        var memory = new ModelFiles("m.zip", []);
        Assert.Equal($"'{Path.Combine("m.zip", "config.json")}' does not exist.", Assert.Throws<FileNotFoundException>(() => new HubFolder(memory)).Message);
    }

    [SkippableTheory]
    [InlineData("tokenizer.json", 268435456)]
    [InlineData("tokenizer.model", 268435456)]
    [InlineData("config.json", 67108864)]
    [InlineData("tokenizer_config.json", 67108864)]
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
        byte[] shared = new byte[200 << 20]; // the same bytes six times: what counts is what they would be
        IEnumerable<ModelFile> large = Enumerable.Range(0, 6).Select(i => new ModelFile($"f{i}", shared));
        Assert.Equal(
            "'m.zip': the files that are no weights have more than 1073741824 bytes together.",
            Assert.Throws<InvalidDataException>(() => new ModelFiles("m.zip", large)).Message);
    }
}
