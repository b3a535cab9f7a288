using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Rotary;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>A Llama of 56 M parameters with random weights and pairs of random tokens: the same for every side, since the seed is.</summary>
internal static class MediumModel
{
    private const int HeadDim = 64, Seed = 1;

    public static DecoderArchitecture Architecture(int layers = 8) => new()
    {
        ModelType = "llama",
        VocabularySize = 32_000,
        HiddenSize = 512,
        IntermediateSize = 1408,
        HeadCount = 8,
        KeyValueHeadCount = 4,
        HeadDim = HeadDim,
        MaxPositions = 32_768,
        NormEpsilon = 1e-5,
        AttentionScale = 1 / Math.Sqrt(HeadDim),
        Layers = [.. Enumerable.Repeat(new LayerArchitecture(null, 0), layers)],
        Rotaries = [new RotaryArchitecture { Dimensions = HeadDim, Base = 10_000, MaxPositions = 32_768 }],
    };

    /// <summary>Normal weights of standard deviation 0.02, norms 1.</summary>
    public static Decoder Make(int layers = 8) => Make(Architecture(layers));

    /// <inheritdoc cref="Make(int)"/>
    public static Decoder Make(DecoderArchitecture architecture)
    {
        using DisposeScope scope = NewDisposeScope();
        var decoder = new Decoder(architecture, new LayerNames(), CPU);
        using var generator = new Generator(Seed);
        foreach (Parameter parameter in decoder.Parameters)
            if (parameter.Kind == ParameterKind.Norm) parameter.Value.fill_(1);
            else parameter.Value.copy_(randn(parameter.Value.shape, generator: generator).mul_(0.02));
        return decoder;
    }

    /// <param name="lengths">Tokens of prompt, chosen and rejected answer of each pair.</param>
    public static EncodedPrompt[] Pairs(params (int Prompt, int Chosen, int Rejected)[] lengths)
    {
        var random = new Random(Seed);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(32_000))];
        EncodedPrompt Pair((int Prompt, int Chosen, int Rejected) length)
        {
            int[] prompt = Ids(length.Prompt);
            return EncodedPrompt.Pair([.. prompt, .. Ids(length.Chosen)], prompt.Length, [.. prompt, .. Ids(length.Rejected)], prompt.Length);
        }
        return [.. lengths.Select(Pair)];
    }
}
