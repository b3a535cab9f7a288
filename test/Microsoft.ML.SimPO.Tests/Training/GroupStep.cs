using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>The gradients of one step over given groups, cut into passes in any way.</summary>
internal sealed class GroupStep(Decoder decoder, IAlignmentLoss loss, EncodedPrompt[] groups)
{
    /// <param name="tokens">The most rows of a pass; 1 lays every group out by itself.</param>
    public Outcome Run(int tokens, bool recompute = false, long budget = ResponseHead.DefaultBudget)
    {
        foreach (Parameter parameter in decoder.Parameters)
        {
            parameter.Train();
            parameter.Gradient.zero_();
        }
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, loss, budget), recompute);
        List<int[]> parts = PassCutter.Cut(Enumerable.Range(0, groups.Length), groups, tokens);
        GroupContext context = StepWeighting.EachPair.Contexts(new TrainingStep([[.. Enumerable.Range(0, groups.Length)]], 1), groups, loss.ScoredTokens)[0];
        context = new StepTotals(decoder, loss, StepWeighting.EachPair).AddTo([context], [parts], groups, default)[0];
        double sum = 0, added = 0;
        int place = 0;
        float[][] before = Gradients();
        foreach (int[] part in parts)
        {
            PackedBatch batch = PackedBatch.Of([.. part.Select(i => (i, groups[i]))], decoder.Architecture, scored: loss.ScoredTokens);
            sum += pass.Run(batch, context with { Index = place }).Sum(g => g.Loss.Value);
            place += part.Length;
            float[][] after = Gradients();
            added += Difference(after, before);
            before = after;
        }
        return new Outcome(sum, before, added);
    }

    /// <summary>Moves the weights along a gradient, by a distance in units of its norm.</summary>
    public void Move(Outcome along, double distance)
    {
        foreach ((Parameter parameter, float[] gradient) in decoder.Parameters.Zip(along.Gradients))
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            parameter.Value.add_(TorchSharp.torch.tensor(gradient, parameter.Value.shape).mul_((float)(distance / along.Norm)));
        }
    }

    private float[][] Gradients() => [.. decoder.Parameters.Select(p => p.Gradient.data<float>().ToArray())];

    private static double Difference(float[][] left, float[][] right) =>
        Math.Sqrt(left.Zip(right, (a, b) => a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum()).Sum());

    /// <param name="Added">The norms of what each pass added to the gradient, summed: more than the gradient's own where passes cancel each other.</param>
    internal sealed record Outcome(double Loss, float[][] Gradients, double Added)
    {
        public double Norm { get; } = Math.Sqrt(Gradients.Sum(g => g.Sum(v => (double)v * v)));

        /// <summary>The norm of the difference of both gradients.</summary>
        public double Distance(Outcome other) => Difference(Gradients, other.Gradients);
    }
}
