using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// Which experts compute which rows, grouped by expert so that each computes its rows at once. p = softmax(router x) over all experts; a row goes to
/// the k experts of largest p; they weigh p, divided by the sum of the k where the architecture renormalizes.
/// </summary>
internal sealed class ExpertRouting
{
    private readonly ExpertArchitecture _architecture;
    private readonly Tensor _probabilities; // [N, experts]
    private readonly Tensor _chosen; // [N, k] int64, experts
    private readonly Tensor _order; // [N * k] int64, places in the flattened _chosen by expert

    /// <param name="logits">[N, experts]</param>
    public ExpertRouting(ExpertArchitecture architecture, Tensor logits)
    {
        using DisposeScope scope = NewDisposeScope();
        _architecture = architecture;
        _probabilities = softmax(logits, -1).MoveToOuterDisposeScope();
        (Tensor top, Tensor chosen) = topk(_probabilities, architecture.PerToken);
        _chosen = chosen.MoveToOuterDisposeScope();
        Tensor weights = architecture.Renormalizes ? top / top.sum(-1, keepdim: true) : top; // [N, k]
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
        Tensor probabilities = _probabilities.to(float32);
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
        if (_architecture.Renormalizes)
        {
            Tensor top = _probabilities.gather(1, _chosen), sum = top.sum(-1, keepdim: true);
            gradient = (gradient - (gradient * top).sum(-1, keepdim: true) / sum) / sum;
        }
        Tensor full = zeros_like(_probabilities).scatter_(1, _chosen, gradient); // [N, experts], of the probabilities
        if (more is not null) full.add_(more.to(full.dtype));
        Tensor weighted = full.mul_(_probabilities);
        return weighted.sub_(_probabilities * weighted.sum(-1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>From here on the tensors belong to the caller.</summary>
    public IEnumerable<Tensor> Detach() => new[] { _probabilities, _chosen, _order, Rows, Weights }.Select(t => t.DetachFromDisposeScope());

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
