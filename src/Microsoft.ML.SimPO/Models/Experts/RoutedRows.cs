using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The rows of a forward pass whose routing is balanced.</summary>
internal sealed class RoutedRows : IDisposable
{
    private readonly RouterBalance _balance;
    private readonly Tensor _weights; // [N, 1]

    /// <param name="balance">Of all rows that are balanced together; those of other passes may be among them.</param>
    /// <param name="weights">[N], of each row how many tokens it stands for: those of a prompt that is computed once count with each of its answers.</param>
    public RoutedRows(RouterBalance balance, int[] weights, Device device)
    {
        _balance = balance;
        _weights = tensor(Array.ConvertAll(weights, w => (float)w), [weights.Length, 1], device: device).DetachFromDisposeScope();
    }

    public void Add(ExpertRouting routing) => _balance.Add(routing, _weights);

    /// <summary>[N, experts], of the probabilities</summary>
    public Tensor Gradient() => _balance.Gradient(_weights);

    public void Dispose() => _weights.Dispose();
}
