using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// The auxiliary loss of routers, which is least where all experts are used alike (Fedus et al. 2021, arXiv 2101.03961, equation 4), as transformers computes
/// it: E sum_e f_e P_e over the tokens of all layers with experts together, f_e how often a token chooses the expert, P_e its mean probability, E the number of
/// experts. The f are constants and those of all tokens that are balanced together: these go forward once before the first gradient, until
/// <see cref="Close"/>.
/// </summary>
/// <param name="weight">What the auxiliary loss is multiplied by in the loss of its step.</param>
internal sealed class RouterBalance(double weight)
{
    private double[] _chosen = [], _probabilities = [];
    private double _tokens; // each once a layer

    public double Weight => weight;

    /// <summary>Whether all tokens are there: from here on none is added, and there are gradients.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The auxiliary loss without its weight; not a number without tokens.</summary>
    public double Value => _chosen.Length * _chosen.Zip(_probabilities, (f, p) => f / _tokens * (p / _tokens)).Sum();

    public void Close() => IsClosed = true;

    /// <summary>Adds the tokens of one layer, unless it is closed.</summary>
    /// <param name="weights">[N, 1], how many tokens each row stands for</param>
    public void Add(ExpertRouting routing, Tensor weights)
    {
        if (IsClosed) return;
        using DisposeScope scope = NewDisposeScope();
        float[] sums = routing.Sums(weights).cpu().data<float>().ToArray();
        int experts = (sums.Length - 1) / 2;
        if (_chosen.Length == 0) (_chosen, _probabilities) = (new double[experts], new double[experts]);
        for (int e = 0; e < experts; e++)
        {
            _chosen[e] += sums[e];
            _probabilities[e] += sums[experts + e];
        }
        _tokens += sums[^1];
    }

    /// <summary>The derivative of the weighted auxiliary loss with respect to the probabilities of one layer.</summary>
    /// <param name="weights">[N, 1]</param>
    /// <returns>[N, experts]</returns>
    public Tensor Gradient(Tensor weights)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] slopes = Array.ConvertAll(_chosen, f => (float)(weight * _chosen.Length * (f / _tokens) / _tokens));
        return (weights * tensor(slopes, [1, slopes.Length], device: weights.device)).MoveToOuterDisposeScope();
    }
}
