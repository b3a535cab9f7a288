using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Scoring;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Gguf;

public sealed class GgufConfigReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sizes_and_roles_are_those_of_the_file()
    {
        string path = GgufSample.Write(_folder);
        using LanguageModel model = LanguageModel.Load(path, ComputePlan.On(CPU));
        DecoderArchitecture architecture = model.Decoder.Architecture;
        Assert.Equal(("llama", 16, 32, 32), (architecture.ModelType, architecture.VocabularySize, architecture.HiddenSize, architecture.IntermediateSize));
        Assert.Equal((2, 2, 16, 64), (architecture.HeadCount, architecture.KeyValueHeadCount, architecture.HeadDim, architecture.MaxPositions));
        Assert.Equal((1e-5, 10_000, false), (architecture.NormEpsilon, architecture.Rotaries[0].Base, architecture.TiedHead));
        Assert.Equal(("<s>", "</s>"), (model.SpecialTokens.Bos, model.SpecialTokens.Eos));
        Assert.Equal([2], model.StopTokens);
        Assert.Equal(path, model.Folder);
    }

    [Fact]
    public void Sizes_that_are_missing_or_none_are_named_all_at_once()
    {
        string path = GgufSample.Write(
            _folder, ("llama.block_count", GgufValue.Text("1")), ("llama.context_length", null), ("llama.attention.head_count", GgufValue.UInt32(0)));
        Assert.Equal(
            $"""
            '{path}': 3 faults.
              key 'llama.block_count' must be a whole number, but is a value of type String.
              key 'llama.context_length' is missing; a whole number is expected.
              key 'llama.attention.head_count' must be at least 1, but is 0.
            """, Refusal(path));
    }

    [Fact]
    public void What_does_not_fit_the_tensors_is_named()
    {
        Assert.Equal(
            $"'{Written(("tokenizer.ggml.tokens", GgufValue.Texts(["<unk>", "<s>", "</s>"])))}': key 'tokenizer.ggml.tokens' must be a list of 16, "
            + "one for each row of 'token_embd.weight', but is one of 3.", Refusal(_folder.File("sample.gguf")));
        Assert.Equal(
            $"'{Written(("llama.feed_forward_length", GgufValue.UInt32(64)))}': 3 faults.\n"
            + "  Tensor 'blk.0.ffn_gate.weight' has shape [32, 32]; expected [64, 32].\n  Tensor 'blk.0.ffn_up.weight' has shape [32, 32]; expected [64, 32].\n"
            + "  Tensor 'blk.0.ffn_down.weight' has shape [32, 32]; expected [32, 64].", Refusal(_folder.File("sample.gguf")));
        Assert.Equal(
            $"'{Written(("llama.block_count", GgufValue.UInt32(2_000)))}' holds 12 tensors, but key 'llama.block_count' asks for 2000 layers.",
            Refusal(_folder.File("sample.gguf")));
    }

    [Fact]
    public void Another_architecture_is_refused_with_those_that_are_read()
    {
        string path = Written(("general.architecture", GgufValue.Text("mamba")));
        Assert.Equal(
            $"'{path}': key 'general.architecture' is 'mamba', which is not read. Those that are: llama, qwen2, qwen3, gemma2, gemma3, phi3, smollm3, granite, "
            + "olmo2. Get the model in Hugging Face layout, with config.json, *.safetensors and tokenizer.json.", Refusal(path));
    }

    [Theory]
    [InlineData(8192, 500_000, 32, 8)]
    [InlineData(384, 500_000, 8, 8)]
    [InlineData(8192, 500_000, 128, 32)]
    public void The_scaling_of_Llama_3_is_found_by_its_factors(int original, double @base, int dimensions, double factor)
    {
        var rotary = new Rotary.RotaryArchitecture
        {
            Dimensions = dimensions, Base = @base, MaxPositions = 131_072, Scaling = Rotary.RotaryScaling.Llama3, Factor = factor,
            OriginalMaxPositions = original,
        };
        float[] factors = GgufRotaryFactors.Of(rotary);
        Assert.Equal((1f, (float)factor), (factors[0], factors[^1]));
        Rotary.RotaryArchitecture found = GgufRotaryFactors.Find(factors, @base)!;
        Assert.Equal(factors, GgufRotaryFactors.Of(found));
        if (factors.Any(f => f > 1 && f < (float)factor)) Assert.Equal(original, found.OriginalMaxPositions);
        factors[^1] = 7.5f;
        factors[0] = 1.5f;
        Assert.Null(GgufRotaryFactors.Find(factors, @base));
    }

    private string Written(params (string Key, GgufValue? Value)[] changes) => GgufSample.Write(_folder, changes);

    private static string Refusal(string path)
    {
        Exception e = Record.Exception(() => LanguageModel.Load(path, ComputePlan.On(CPU)).Dispose());
        Assert.True(e is InvalidDataException or NotSupportedException, $"{e}");
        return e.Message;
    }
}
