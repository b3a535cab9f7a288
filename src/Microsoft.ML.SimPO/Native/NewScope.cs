using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

/// <summary>A dispose scope of one function: its temporaries die with it, what it keeps belongs to the caller's scope.</summary>
internal readonly struct NewScope : IDisposable
{
    private readonly DisposeScope _scope;

    public NewScope() => _scope = NewDisposeScope();

    public Tensor Keep(Tensor tensor) => _scope.MoveToOuter(tensor);

    public (Tensor First, Tensor Second) Keep((Tensor First, Tensor Second) tensors) => (Keep(tensors.First), Keep(tensors.Second));

    public void Dispose() => _scope.Dispose();
}
