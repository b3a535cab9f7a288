using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Rotary;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Small decoders with random weights, the same for the same seed.</summary>
internal static class RandomDecoder
{
    public const int VocabularySize = 97;

    private const int HeadDim = 8;

    /// <summary>Two layers with grouped heads and a tied head.</summary>
    public static DecoderArchitecture Architecture { get; } = new()
    {
        ModelType = "llama",
        VocabularySize = VocabularySize,
        HiddenSize = 32,
        IntermediateSize = 48,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDim = HeadDim,
        MaxPositions = 256,
        NormEpsilon = 1e-5,
        AttentionScale = 1 / Math.Sqrt(HeadDim),
        Layers = [new LayerArchitecture(null, 0), new LayerArchitecture(null, 0)],
        Rotaries = [new RotaryArchitecture { Dimensions = HeadDim, Base = 10000, MaxPositions = 256 }],
        TiedHead = true,
        PaddingToken = 0,
    };

    /// <summary>With what other families have: a sliding window, soft caps, norms around the branches, biases, a head of its own.</summary>
    public static DecoderArchitecture Ornate { get; } = Architecture with
    {
        Layers = [new LayerArchitecture(5, 0), new LayerArchitecture(null, 0)],
        TiedHead = false,
        NormAddsOne = true,
        OutputNorms = true,
        QueryKeyNorm = QueryKeyNorm.PerHead,
        QueryKeyValueBias = true,
        AttentionSoftCap = 20,
        LogitsSoftCap = 10,
        LogitsScaling = 1.5,
        EmbeddingScale = 2,
        ResidualMultiplier = 0.7,
        Activation = Activation.GeluTanh,
    };

    /// <summary>A reward model.</summary>
    public static DecoderArchitecture Rating { get; } = Architecture.WithRewardHead(new RewardHead(0));

    /// <param name="architecture">Null for <see cref="Architecture"/>.</param>
    public static Decoder Make(int seed = 1, DecoderArchitecture? architecture = null)
    {
        var decoder = new Decoder(architecture ?? Architecture, new LayerNames { MlpNorm = "pre_feedforward_layernorm" }, CPU);
        var random = new Random(seed);
        foreach (Parameter parameter in decoder.Parameters)
        {
            float offset = parameter.Kind == ParameterKind.Norm && !decoder.Architecture.NormAddsOne ? 1 : 0;
            float[] values = [.. Enumerable.Range(0, (int)parameter.Value.numel()).Select(_ => offset + (float)((random.NextDouble() - 0.5) * 0.5))];
            using Tensor source = tensor(values, parameter.Value.shape);
            parameter.Value.copy_(source);
        }
        return decoder;
    }
}
