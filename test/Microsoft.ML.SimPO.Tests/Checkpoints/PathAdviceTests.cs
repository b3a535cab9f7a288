namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What looks like a path and is none.</summary>
public sealed class PathAdviceTests
{
    [Theory]
    [InlineData("Qwen/Qwen2.5-0.5B", "model", " If it is the name of a model on the Hugging Face hub: nothing is downloaded. Get it first, for example with "
        + "`hf download Qwen/Qwen2.5-0.5B --local-dir model`, and give that folder.")]
    [InlineData("org/pairs", "dataset", " If it is the name of a dataset on the Hugging Face hub: nothing is downloaded. Get it first, for example with "
        + "`hf download org/pairs --repo-type dataset --local-dir dataset`, and give that folder.")]
    [InlineData("https://huggingface.co/Qwen/Qwen2.5-0.5B", "model", " Nothing is downloaded: get it first, and give a path on this machine.")]
    [InlineData("~/models/small", "model", " `~` is a shell's word for your home folder: write that out.")]
    [InlineData("model", "model", "")]
    [InlineData("./model", "model", "")]
    [InlineData("../models/small", "model", "")]
    [InlineData("a/b/c", "model", "")]
    public void It_is_told_what_to_give(string path, string kind, string advice)
    {
        Assert.Equal(advice, PathAdvice.For(path, kind));
        Assert.Equal(advice, PathAdvice.For(Path.GetFullPath(path), kind));
    }

    /// <summary>A path whose first part is there is mistyped in its second.</summary>
    [Fact]
    public void A_folder_that_is_there_has_no_name_of_the_hub()
    {
        string folder = $"folder-{Guid.NewGuid():N}";
        Directory.CreateDirectory(folder);
        try
        {
            Assert.Equal("", PathAdvice.For($"{folder}/modle", "model"));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void A_folder_without_a_configuration_is_told_where_there_is_one()
    {
        using var folder = new TempFolder();
        string Fault(Action read) => Assert.Throws<FileNotFoundException>(read).Message;
        Assert.Equal(
            $"'{folder.File("config.json")}' does not exist. The folder of a model has it, *.safetensors and tokenizer.json.",
            Fault(() => ModelConfig.Load(ModelFiles.Read(folder.Path))));
        folder.Write("inner/config.json", "{}");
        Assert.Equal(
            $"'{folder.File("config.json")}' does not exist. The folder 'inner' in it is one of a model: give that.",
            Fault(() => ModelConfig.Load(ModelFiles.Read(folder.Path))));
        Assert.Equal(
            $"'{folder.File("adapter_config.json")}' does not exist. The folder of an adapter in PEFT layout has it, and the adapter's weights.",
            Fault(() => AdapterConfig.Load(folder.Path)));
        folder.Write("config.json", "{}");
        Assert.Equal(
            $"'{folder.File("adapter_config.json")}' does not exist. The folder is that of a whole model, not of an adapter: load it as a model.",
            Fault(() => AdapterConfig.Load(folder.Path)));
    }
}
