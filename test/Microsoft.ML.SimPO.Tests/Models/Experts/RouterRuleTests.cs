using Microsoft.ML.SimPO.Models.Experts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class RouterRuleTests
{
    private const int Rows = 9, Count = 6, PerToken = 2;

    public static TheoryData<string> Rules => ["softmax", "softmax, renormalized", "softmax of chosen", "sigmoid", "sigmoid, renormalized, groups"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_gradient_of_the_weights_is_their_slope(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        IRouterRule rule = Make(name);
        Tensor logits = Slopes.Values(1, 2, Rows, Count), correction = Slopes.Values(2, 0.3, Count), gradient = Slopes.Values(3, 1, Rows, PerToken);
        (_, Tensor chosen) = rule.Choose(logits, correction);
        Tensor more = Slopes.Values(4, 1, Rows, Count);
        // The choice stays as it is: experts are weighed where they stood.
        double Loss()
        {
            (Tensor weights, Tensor now) = rule.Choose(logits, correction);
            Assert.Equal(chosen.data<long>().ToArray(), now.data<long>().ToArray());
            return Slopes.Weighed(weights, gradient) + Slopes.Weighed(softmax(logits, -1), more);
        }
        Slopes.Check(name, Loss, logits, rule.Backward(gradient.clone(), logits, chosen, more.clone()));
    }

    /// <summary>By hand: groups of two; the best sums are those of groups 1 and 2, and the best two within them 2 and 4.</summary>
    [Fact]
    public void A_correction_chooses_and_does_not_weigh()
    {
        using DisposeScope scope = NewDisposeScope();
        var rule = new SigmoidRule(
            new ExpertArchitecture(6, 2, 4, Renormalizes: false) { Router = RouterKind.Sigmoid, Groups = 3, GroupsPerToken = 2, Scale = 2 });
        Tensor logits = tensor(new float[] { 3, -9, 1, 1, 2, 0 }, [1, 6]), correction = tensor(new float[] { 0, -1, 0.5f, 0, 0, 0 }, [6]);
        (Tensor weights, Tensor chosen) = rule.Choose(logits, correction);
        Assert.Equal([2L, 4], chosen.data<long>().ToArray());
        float[] found = weights.data<float>().ToArray();
        Assert.Equal(2 / (1 + Math.Exp(-1)), found[0], 1e-6);
        Assert.Equal(2 / (1 + Math.Exp(-2)), found[1], 1e-6);
    }

    private static IRouterRule Make(string name)
    {
        var architecture = new ExpertArchitecture(Count, PerToken, 4, name.Contains("renormalized", StringComparison.Ordinal));
        return name.Split(',')[0] switch
        {
            "softmax" => new SoftmaxRule(architecture),
            "softmax of chosen" => new SoftmaxOfChosenRule(architecture),
            _ => new SigmoidRule(architecture with { Scale = 1.7, Groups = name.EndsWith("groups", StringComparison.Ordinal) ? 2 : 1 }),
        };
    }
}
