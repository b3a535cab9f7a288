using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Recurrent;
using Microsoft.ML.SimPO.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class DeltaRuleTests
{
    private const int Heads = 2, KeyDim = 4, ValueDim = 3;

    /// <summary>A prefix and continuations on either side of a chunk's border, and a sequence alone.</summary>
    private static readonly TokenBatch Batch = new(
        new int[70 + 5 + 66 + 9], new int[70 + 5 + 66 + 9], [new AttentionSegment(0, 70, 5, 66), new AttentionSegment(141, 0, 9)]);

    /// <summary>Token by token in doubles: the state is decayed, the error at the key is written, the query reads.</summary>
    [Fact]
    public void Chunks_compute_what_a_loop_over_tokens_does()
    {
        using DisposeScope scope = NewDisposeScope();
        DeltaRuleInputs inputs = Inputs();
        Tensor output = empty_like(inputs.Value);
        DeltaRule.Forward(inputs, Batch, output);
        double[,,] expected = new double[Heads, Batch.Rows, ValueDim];
        for (int head = 0; head < Heads; head++)
        {
            double[,] prefix = Run(inputs, head, 0, 70, new double[KeyDim, ValueDim], expected);
            Run(inputs, head, 70, 5, (double[,])prefix.Clone(), expected);
            Run(inputs, head, 75, 66, (double[,])prefix.Clone(), expected);
            Run(inputs, head, 141, 9, new double[KeyDim, ValueDim], expected);
        }
        Differences.AssertClose("output", [.. expected.Cast<double>().Select(v => (float)v)], output.data<float>().ToArray(), 2e-5);
    }

    [Fact]
    public void The_gradients_are_the_slopes_through_a_shared_prefix()
    {
        using DisposeScope scope = NewDisposeScope();
        DeltaRuleInputs inputs = Inputs();
        Tensor weights = Slopes.Values(9, 1, inputs.Value.shape), output = empty_like(inputs.Value);
        double Loss()
        {
            using DisposeScope inner = NewDisposeScope();
            DeltaRule.Forward(inputs, Batch, output);
            return Slopes.Weighed(output, weights);
        }
        DeltaRuleInputs gradients = DeltaRule.Backward(inputs, Batch, weights);
        Slopes.Check("query", Loss, inputs.Query, gradients.Query);
        Slopes.Check("key", Loss, inputs.Key, gradients.Key);
        Slopes.Check("value", Loss, inputs.Value, gradients.Value);
        Slopes.Check("write", Loss, inputs.Write, gradients.Write);
        Slopes.Check("decay", Loss, inputs.Decay, gradients.Decay);
    }

    [Fact]
    public void A_token_at_a_time_goes_on_where_whole_sequences_ended()
    {
        using DisposeScope scope = NewDisposeScope();
        DeltaRuleInputs inputs = Inputs().Of(0, 6);
        Tensor whole = empty_like(inputs.Value), first = empty_like(inputs.Of(0, 5).Value);
        DeltaRule.Forward(inputs, Alone(6), whole);
        Tensor state = DeltaRule.Forward(inputs.Of(0, 5), Alone(5), first);
        Tensor last = DeltaRule.Step(inputs.Of(5, 1), state).Output;
        Differences.AssertClose("last", whole.narrow(1, 5, 1).contiguous().data<float>().ToArray(), last.contiguous().data<float>().ToArray(), 1e-6);
    }

    private static TokenBatch Alone(int rows) => new(new int[rows], new int[rows], [new AttentionSegment(0, 0, rows)]);

    /// <summary>Keys of about length 1, decays below 0, shares between 0 and 1.</summary>
    private static DeltaRuleInputs Inputs()
    {
        long rows = Batch.Rows;
        return new DeltaRuleInputs(
            Slopes.Values(1, 0.5, Heads, rows, KeyDim), Slopes.Values(2, 0.8, Heads, rows, KeyDim), Slopes.Values(3, 1, Heads, rows, ValueDim),
            Slopes.Values(4, 0.4, Heads, rows) + 0.5f, Slopes.Values(5, 0.2, Heads, rows) - 0.25f);
    }

    private static double[,] Run(DeltaRuleInputs x, int head, int start, int rows, double[,] state, double[,,] output)
    {
        float[] query = x.Query.data<float>().ToArray(), key = x.Key.data<float>().ToArray(), value = x.Value.data<float>().ToArray();
        float[] write = x.Write.data<float>().ToArray(), decay = x.Decay.data<float>().ToArray();
        for (int t = start; t < start + rows; t++)
        {
            int row = (head * Batch.Rows) + t;
            for (int v = 0; v < ValueDim; v++)
            {
                double seen = 0;
                for (int k = 0; k < KeyDim; k++) seen += (state[k, v] *= Math.Exp(decay[row])) * key[(row * KeyDim) + k];
                double error = write[row] * (value[(row * ValueDim) + v] - seen);
                for (int k = 0; k < KeyDim; k++)
                {
                    state[k, v] += key[(row * KeyDim) + k] * error;
                    output[head, t, v] += state[k, v] * query[(row * KeyDim) + k];
                }
            }
        }
        return state;
    }
}
