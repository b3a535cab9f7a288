using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What CUDA does in bfloat16, done in bfloat16 on the CPU: the arithmetic is the same to its rounding.</summary>
public sealed class MixedPrecisionTests
{
    /// <summary>A number of bfloat16 has 8 bits: a part in 256 a rounding.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bfloat16_comes_close_to_float32(bool ornate)
    {
        using Decoder decoder = RandomDecoder.Make(1, ornate ? RandomDecoder.Ornate : null);
        (double loss, double[] exact) = Gradients(decoder);
        decoder.ComputeIn(bfloat16);
        (double roundedLoss, double[] rounded) = Gradients(decoder);
        Assert.NotEqual(loss, roundedLoss);
        Assert.Equal(loss, roundedLoss, 0.03 * loss);
        double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        Assert.InRange(Dot(exact, rounded) / Math.Sqrt(Dot(exact, exact) * Dot(rounded, rounded)), 0.99, 1);
        Assert.All(decoder.Parameters, p => Assert.Equal((float32, float32), (p.Value.dtype, p.Gradient.dtype)));
        decoder.ComputeIn(float32);
        Assert.Equal(loss, Gradients(decoder).Loss);
    }

    /// <summary>Near 1, bfloat16 knows steps of 2^-8 below and 2^-7 above: a hundred updates of 1e-4 are seen as one of 0.01, not lost.</summary>
    [Fact]
    public void Updates_too_small_for_bfloat16_add_up_in_float32()
    {
        using var weight = new Parameter(ParameterKind.Projection, CPU, ("weight", [2, 2]));
        weight.Value.fill_(1);
        weight.Train();
        weight.ComputeIn(bfloat16);
        using var optimizer = new AdamW([weight], new AdamWSettings());
        weight.Gradient.fill_(1);
        optimizer.Step(1e-4);
        Assert.All(Floats(weight.Value), w => Assert.Equal(1 - 1e-4, w, 1e-6));
        Assert.All(Floats(weight.Compute), w => Assert.Equal(1, w));
        for (int i = 0; i < 99; i++) optimizer.Step(1e-4);
        Assert.All(Floats(weight.Value), w => Assert.Equal(0.99, w, 1e-5));
        Assert.All(Floats(weight.Compute), w => Assert.Equal(0.98828125, w)); // 253 / 256
    }

    private static float[] Floats(Tensor tensor)
    {
        using Tensor single = tensor.to(float32);
        return single.data<float>().ToArray();
    }

    private static (double Loss, double[] Gradients) Gradients(Decoder decoder)
    {
        EncodedPrompt[] pairs = [.. RandomPairs.Make(4), .. RandomPairs.Corners().Values];
        foreach (Parameter parameter in decoder.Parameters)
        {
            parameter.Train();
            parameter.Gradient.zero_();
        }
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, new SimPOLoss(2, 0.5)), recompute: false);
        double loss = pass.Run(PackedBatch.Of([.. pairs.Select((p, i) => (i, p))], decoder.Architecture), new GroupContext(1.0 / pairs.Length))
            .Sum(p => p.Loss.Value);
        return (loss, [.. decoder.Parameters.SelectMany(p => Floats(p.Gradient)).Select(g => (double)g)]);
    }
}
