using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Recurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class CausalConvolutionTests
{
    private const int Channels = 3, Kernel = 3;

    /// <summary>Rows 0 to 3 are a prefix, 4 and 5 one continuation, 6 to 8 another, 9 a sequence alone.</summary>
    private static readonly TokenBatch Batch = new(new int[10], new int[10], [new AttentionSegment(0, 4, 2, 3), new AttentionSegment(9, 0, 1)]);

    /// <summary>The row before each, then the one before that; -1 for none.</summary>
    private static readonly int[][] Earlier = [[-1, 0, 1, 2, 3, 4, 3, 6, 7, -1], [-1, -1, 0, 1, 2, 3, 2, 3, 6, -1]];

    [Fact]
    public void Every_row_sees_the_rows_before_it_in_its_sequence()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderPass pass = Pass();
        for (int places = 1; places < Kernel; places++)
            Assert.Equal(Earlier[places - 1].Select(row => row < 0 ? Batch.Rows : (long)row), pass.Earlier.Back(places).data<long>().ToArray());
        using Parameter weight = Slopes.Trained(1, 1, 0, Channels, 1, Kernel), bias = Slopes.Trained(2, 1, 0, Channels);
        Tensor input = Slopes.Values(3, 1, Batch.Rows, Channels);
        float[] x = input.data<float>().ToArray(), w = weight.Value.data<float>().ToArray(), b = bias.Value.data<float>().ToArray();
        float[] output = new CausalConvolution(0, weight, bias).Forward(input, pass).data<float>().ToArray();
        for (int row = 0; row < Batch.Rows; row++)
            for (int c = 0; c < Channels; c++)
            {
                float At(int places) => places == 0 ? x[(row * Channels) + c]
                    : Earlier[places - 1][row] is >= 0 and var from ? x[(from * Channels) + c] : 0;
                double expected = b[c] + Enumerable.Range(0, Kernel).Sum(j => (double)w[(c * Kernel) + j] * At(Kernel - 1 - j));
                Assert.Equal(expected, output[(row * Channels) + c], 1e-6);
            }
    }

    [Fact]
    public void The_gradients_are_the_slopes()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderPass pass = Pass();
        using Parameter weight = Slopes.Trained(1, 1, 0, Channels, 1, Kernel), bias = Slopes.Trained(2, 1, 0, Channels);
        var convolution = new CausalConvolution(0, weight, bias);
        Tensor input = Slopes.Values(3, 1, Batch.Rows, Channels), weights = Slopes.Values(4, 1, Batch.Rows, Channels);
        double Loss() => Slopes.Weighed(convolution.Forward(input, pass), weights);
        Tensor gradient = convolution.Backward(weights, input, pass);
        Slopes.Check("input", Loss, input, gradient);
        Slopes.Check("weight", Loss, weight.Value, weight.Gradient);
        Slopes.Check("bias", Loss, bias.Value, bias.Gradient);
    }

    private static DecoderPass Pass() => DecoderPass.Packed(RandomDecoder.Architecture, Batch, CPU);
}
