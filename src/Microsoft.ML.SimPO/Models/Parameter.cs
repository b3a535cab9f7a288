using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>A weight of the decoder with its gradient. No graph is ever recorded on it: the layers' own backward adds to <see cref="Gradient"/>.</summary>
internal sealed class Parameter : IDisposable
{
    private Tensor? _gradient;
    private Tensor? _compute;

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

    /// <summary>What the layers read: <see cref="Value"/>, or its rounding where the decoder computes in another type.</summary>
    public Tensor Compute => _compute ?? Value;

    public IReadOnlyList<ParameterPart> Parts { get; }

    /// <summary>float32</summary>
    public Tensor Value { get; }

    /// <summary>Of the shape of <see cref="Value"/>; zero until a backward pass adds to it.</summary>
    /// <exception cref="InvalidOperationException">The parameter is frozen.</exception>
    public Tensor Gradient => _gradient ?? throw new InvalidOperationException($"'{Parts[0].Name}' is not trained.");

    public bool IsTrained => _gradient is not null;

    /// <summary>From now on the parameter is trained: it has a gradient.</summary>
    public void Train() => _gradient ??= zeros_like(Value).DetachFromDisposeScope();

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
    public void Refresh()
    {
        using Tensor? rounded = _compute?.copy_(Value);
    }

    /// <summary>Adds rows^T input to the gradient, which is float32 whatever the two are.</summary>
    /// <param name="rows">[N, out], the gradient of what the weight gave</param>
    /// <param name="input">[N, in]</param>
    public void AddProduct(Tensor rows, Tensor input)
    {
        using Tensor transposed = rows.t();
        if (rows.dtype == float32)
        {
            Gradient.addmm_(transposed, input, beta: 1, alpha: 1);
            return;
        }
        using Tensor product = mm(transposed, input);
        Gradient.add_(product);
    }

    /// <summary>A copy of the value, without gradient.</summary>
    public Parameter Copy() => new(this);

    /// <summary>A view of the rows that <paramref name="part"/> names, of the value or the gradient. It belongs to the caller.</summary>
    public static Tensor View(Tensor of, ParameterPart part) => of.narrow(0, part.FirstRow, part.Rows);

    /// <summary>Where the rows of a part lie in memory; only on CPU. Valid as long as the parameter lives.</summary>
    public nint Address(ParameterPart part)
    {
        using Tensor row = Value.narrow(0, part.FirstRow, 1);
        Span<byte> bytes = row.bytes;
        unsafe
        {
            return (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        }
    }

    public void Dispose()
    {
        Value.Dispose();
        Freeze();
        _compute?.Dispose();
    }
}
