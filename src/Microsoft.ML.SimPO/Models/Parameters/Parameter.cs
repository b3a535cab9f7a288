using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>A weight of the decoder with its gradient. No graph is ever recorded on it: the layers' own backward adds to <see cref="Gradient"/>.</summary>
internal sealed class Parameter : IDisposable
{
    private Tensor? _gradient, _base, _compute;
    private Holders _holders = new();

    public Parameter(ParameterKind kind, Device device, params (string Name, long[] Shape)[] parts)
    {
        Kind = kind;
        long rows = 0;
        Parts = [.. parts.Select(p => new ParameterPart(p.Name, (rows += p.Shape[0]) - p.Shape[0], p.Shape))];
        Value = empty([rows, .. parts[0].Shape.AsSpan(1)], float32, device).DetachFromDisposeScope();
    }

    private Parameter(Parameter source)
    {
        Kind = source.Kind;
        Parts = source.Parts;
        Value = source.Value.clone().DetachFromDisposeScope();
    }

    public ParameterKind Kind { get; }

    public IReadOnlyList<ParameterPart> Parts { get; }

    /// <summary>float32. Another tensor after <see cref="Train"/> of a shared one: ask for it each time.</summary>
    public Tensor Value { get; private set; }

    /// <summary>The model's own value: <see cref="Value"/>, or what an adapter put its own in the place of.</summary>
    public Tensor Base => _base ?? Value;

    /// <summary>What the layers read: <see cref="Value"/>, or its rounding where the decoder computes in another type.</summary>
    public Tensor Compute => _compute ?? Value;

    /// <summary>What an adapter adds to this weight; null for nothing.</summary>
    public LowRankUpdate? Update { get; set; }

    /// <summary>Of the shape of <see cref="Value"/>; zero until a backward pass adds to it.</summary>
    /// <exception cref="InvalidOperationException">The parameter is frozen.</exception>
    public Tensor Gradient => _gradient ?? throw new InvalidOperationException($"'{Parts[0].Name}' is not trained.");

    public bool IsTrained => _gradient is not null;

    /// <summary>From now on the parameter is trained: it has a gradient, and a value that it shares with no other.</summary>
    public void Train()
    {
        if (_base is null) Own();
        _gradient ??= zeros_like(Value).DetachFromDisposeScope();
    }

    /// <summary>The end of training: the gradient's memory is given back.</summary>
    public void Freeze()
    {
        _gradient?.Dispose();
        _gradient = null;
    }

    /// <summary>From now on the layers read a rounding; the value stays float32, and with it what training adds up.</summary>
    public void ComputeIn(ScalarType type)
    {
        _compute?.Dispose();
        _compute = type == float32 ? null : Value.to(type).DetachFromDisposeScope();
    }

    /// <summary>Rounds again after the value has changed.</summary>
    public void Refresh() => _ = _compute?.copy_(Value); // which returns itself

    /// <summary>Adds scaling rows^T input to the gradient, which is float32 whatever the two are.</summary>
    /// <param name="rows">[N, out], the gradient of what the weight gave</param>
    /// <param name="input">[N, in]</param>
    /// <param name="scaling">The factor of the product.</param>
    public void AddProduct(Tensor rows, Tensor input, float scaling = 1)
    {
        using Tensor transposed = rows.t();
        if (rows.dtype == float32)
        {
            Gradient.addmm_(transposed, input, beta: 1, alpha: scaling);
            return;
        }
        using Tensor product = mm(transposed, input);
        Gradient.add_(product, alpha: scaling);
    }

    /// <summary>A copy of the value, without gradient.</summary>
    public Parameter Copy() => new(this);

    /// <summary>Takes the base value of another parameter of the same shape, in the same memory, which is freed with the last that holds it.</summary>
    public void Share(Parameter source)
    {
        Value.Dispose();
        Value = source.Base.detach().DetachFromDisposeScope();
        if (source._compute is { } rounded) ComputeIn(rounded.dtype);
        _holders = source._holders;
        _holders.Enter();
    }

    /// <summary>Puts a copy in the place of the value, which is kept as <see cref="Base"/>: an adapter trains this one whole.</summary>
    public void Replace()
    {
        _base = Value;
        Value = _base.clone().DetachFromDisposeScope();
        Refresh();
    }

    /// <summary>A view of the rows that <paramref name="part"/> names, of the value or the gradient. It belongs to the caller.</summary>
    public static Tensor View(Tensor of, ParameterPart part) => of.narrow(0, part.FirstRow, part.Rows);

    /// <summary>Where the rows of a part lie in memory; only on CPU. Valid as long as the parameter lives.</summary>
    public nint Address(ParameterPart part)
    {
        using Tensor rows = View(Value, part);
        return Address(rows);
    }

    /// <summary>Where the first value of rows lies in memory; only on CPU. Valid as long as the tensor's memory lives.</summary>
    public static unsafe nint Address(Tensor rows)
    {
        using Tensor first = rows.narrow(0, 0, 1); // a span over all may be too long
        Span<byte> bytes = first.bytes;
        return (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
    }

    public void Dispose()
    {
        Value.Dispose();
        _base?.Dispose();
        _holders.Leave();
        _compute?.Dispose();
        Freeze();
    }

    /// <summary>Copies a value that others hold too: they do not see what training does to it.</summary>
    private void Own()
    {
        if (_holders.AreOne) return;
        Tensor own = Value.clone().DetachFromDisposeScope();
        Value.Dispose();
        Value = own;
        _holders.Leave();
        _holders = new Holders();
    }

    /// <summary>How many parameters have their value in the same memory.</summary>
    private sealed class Holders
    {
        private int _count = 1;

        public bool AreOne => Volatile.Read(ref _count) == 1;

        public void Enter() => Interlocked.Increment(ref _count);

        public void Leave() => Interlocked.Decrement(ref _count);
    }
}
