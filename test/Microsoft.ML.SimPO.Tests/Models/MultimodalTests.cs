using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>The text part of multimodal checkpoints.</summary>
public sealed class MultimodalTests
{
    private static readonly string Source = Path.Combine(GoldenCases.OwnRoot, "models-v5", "gemma3-multimodal");

    [Fact]
    public void A_save_carries_every_other_tensor_to_the_bit()
    {
        using var folder = new TempFolder();
        string source = CopyOfSource(folder), target = folder.File("tuned");
        using Decoder decoder = DecoderLoader.Load(source, CPU);
        string tuned = decoder.Layers[0].Parameters.AttentionOutput.Parts[0].Name;
        using (NewDisposeScope()) decoder.Layers[0].Parameters.AttentionOutput.Value.add_(1f);
        new CheckpointWriter(source).Write(target, ParameterSources.Merged(decoder));
        using CheckpointReader before = CheckpointReader.Open(source), after = CheckpointReader.Open(target);
        Assert.Equal(before.Tensors.Keys.Order(StringComparer.Ordinal), after.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(before.Tensors.Values, entry => Assert.Equal((entry.Type, entry.Name != tuned), (after.Tensors[entry.Name].Type, Same(entry))));
        Assert.Contains(before.Tensors.Keys, name => name.Contains("vision", StringComparison.Ordinal));
        Assert.Equal("{\"do_resize\": true}", File.ReadAllText(Path.Combine(target, "preprocessor_config.json")));
        using Decoder again = DecoderLoader.Load(target, CPU);
        Assert.Equal(
            decoder.Layers[0].Parameters.AttentionOutput.Value.data<float>().ToArray(),
            again.Layers[0].Parameters.AttentionOutput.Value.data<float>().ToArray());

        bool Same(TensorEntry entry) => before.ReadFloat32(entry.Name).AsSpan().SequenceEqual(after.ReadFloat32(entry.Name));
    }

    [Fact]
    public void Without_the_folder_that_it_came_from_it_is_not_saved()
    {
        using var folder = new TempFolder();
        string source = CopyOfSource(folder);
        using Decoder decoder = DecoderLoader.Load(source, CPU);
        var writer = new CheckpointWriter(ModelFiles.Read(source)) { SourceFolder = folder.File("gone") };
        var error = Assert.Throws<IOException>(() => writer.Write(folder.File("tuned"), ParameterSources.Merged(decoder)));
        Assert.Equal($"The model is the text part of a multimodal checkpoint, whose other parts are copied from where it was loaded; but that "
            + $"'{folder.File("gone")}' is gone. Load the model from its folder, and save it while that is there.", error.Message);
    }

    [Fact]
    public void The_notes_say_that_images_stay_as_they_are()
    {
        List<string> notes = [];
        using Decoder decoder = DecoderLoader.Load(Source, CPU, notes);
        Assert.Equal(["The checkpoint is multimodal: its text part is computed, and what belongs to images stays as it is."], notes);
    }

    [Theory]
    [InlineData("""{"model_type": "gemma3", "text_config": {"hidden_size": 64}}""", "gemma3_text", true)]
    [InlineData("""{"model_type": "gemma3", "tie_word_embeddings": false, "text_config": {"tie_word_embeddings": true}}""", "gemma3_text", false)]
    [InlineData("""{"model_type": "mistral3", "text_config": {}}""", "mistral", true)]
    [InlineData("""{"model_type": "mistral3", "text_config": {"model_type": "ministral3"}}""", "ministral3", true)]
    [InlineData("""{"model_type": "qwen3_vl", "text_config": {"tie_word_embeddings": true}}""", "qwen3_vl_text", false)]
    public void What_is_around_the_text_says_whether_its_head_is_tied(string json, string family, bool isTied)
    {
        DecoderArchitecture read = ModelFamilies.Of(Parse(json)).Read(Parse(json));
        Assert.Equal((family, isTied), (read.ModelType, read.TiedHead));
        static ModelConfig Parse(string json) => TextConfig.Of(ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "/m/config.json"));
    }

    private static string CopyOfSource(TempFolder folder)
    {
        string source = folder.File("source");
        Directory.CreateDirectory(source);
        foreach (string file in Directory.EnumerateFiles(Source)) File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(source, "preprocessor_config.json"), "{\"do_resize\": true}");
        return source;
    }
}
