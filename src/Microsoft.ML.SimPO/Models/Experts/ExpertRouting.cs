using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>Which experts compute which rows, grouped by expert so that each computes its rows at once.</summary>
internal sealed class ExpertRouting
{
    private readonly IRouterRule _rule;
    private readonly Tensor _logits; // [N, experts]
    private readonly Tensor _chosen; // [N, k] int64, experts
    private readonly Tensor _order; // [N * k] int64, places in the flattened _chosen by expert

    /// <param name="logits">[N, experts]; it is kept.</param>
    /// <param name="correction">[experts], what is added for the choice alone; null for nothing.</param>
    public ExpertRouting(ExpertArchitecture architecture, Tensor logits, Tensor? correction = null)
    {
        using DisposeScope scope = NewDisposeScope();
        _rule = RuleOf(architecture);
        _logits = logits;
        (Tensor weights, Tensor chosen) = _rule.Choose(logits, correction); // [N, k]
        _chosen = chosen.MoveToOuterDisposeScope();
        (long[] order, Groups) = Group(_chosen.cpu().data<long>().ToArray(), architecture.Count);
        _order = tensor(order, int64, logits.device).MoveToOuterDisposeScope();
        Rows = _order.floor_divide(architecture.PerToken).MoveToOuterDisposeScope();
        Weights = weights.flatten().index_select(0, _order).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>[N * k] int64: the row of each place, places ordered by expert</summary>
    public Tensor Rows { get; }

    /// <summary>[N * k, 1]: what the expert's output is multiplied by at each place</summary>
    public Tensor Weights { get; }

    /// <summary>The places of every expert that was chosen.</summary>
    public IReadOnlyList<(int Expert, int Start, int Count)> Groups { get; }

    /// <summary>Sums over rows that count so often: of each expert how often it was chosen, of each its probability, and the number of rows.</summary>
    /// <param name="weights">[N, 1]</param>
    /// <returns>[2 * experts + 1]</returns>
    public Tensor Sums(Tensor weights)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = softmax(_logits, -1).to(float32);
        Tensor chosen = zeros_like(probabilities).scatter_(1, _chosen, ones(_chosen.shape, float32, _chosen.device)); // [N, experts]
        return cat([(chosen * weights).sum([0L]), (probabilities * weights).sum([0L]), weights.sum([0L])]).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the router's logits.</summary>
    /// <param name="weightGradient">[N * k, 1], of <see cref="Weights"/></param>
    /// <param name="more">[N, experts], what else moves with the probabilities; null for nothing</param>
    /// <returns>[N, experts]</returns>
    public Tensor Backward(Tensor weightGradient, Tensor? more = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = zeros_like(weightGradient).index_copy_(0, _order, weightGradient).view(_chosen.shape); // [N, k], of the weights
        return _rule.Backward(gradient, _logits, _chosen, more).MoveToOuterDisposeScope();
    }

    /// <summary>From here on the tensors belong to the caller.</summary>
    public IEnumerable<Tensor> Detach() => new[] { _logits, _chosen, _order, Rows, Weights }.Select(t => t.DetachFromDisposeScope());

    private static IRouterRule RuleOf(ExpertArchitecture architecture) => architecture.Router switch
    {
        RouterKind.Softmax => new SoftmaxRule(architecture),
        RouterKind.SoftmaxOfChosen => new SoftmaxOfChosenRule(architecture),
        RouterKind.Sigmoid => new SigmoidRule(architecture),
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture.Router, "Not a kind of router."),
    };

    /// <summary>The places of each expert one after another, in order.</summary>
    private static (long[] Order, List<(int, int, int)> Groups) Group(long[] chosen, int experts)
    {
        int[] next = new int[experts];
        foreach (long expert in chosen) next[expert]++;
        List<(int, int, int)> groups = [];
        for (int expert = 0, start = 0; expert < experts; expert++)
        {
            int count = next[expert];
            if (count > 0) groups.Add((expert, start, count));
            next[expert] = start;
            start += count;
        }
        long[] order = new long[chosen.Length];
        for (int place = 0; place < chosen.Length; place++) order[next[chosen[place]]++] = place;
        return (order, groups);
    }
}
