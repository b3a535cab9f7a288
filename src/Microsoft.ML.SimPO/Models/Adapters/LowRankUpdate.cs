using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>
/// What an adapter adds to one weight matrix: y += s (x A^T) B^T on the rows of each adapted part. The parts of a fused matrix (q, k and v; gate and up)
/// have a pair A, B each; their A lie in one matrix, so that the input is read once.
/// </summary>
internal sealed class LowRankUpdate : IDisposable
{
    private readonly Entry[] _entries;

    /// <param name="weight">The matrix, [out, in]; it stays as it is.</param>
    /// <param name="parts">Those of its parts that are adapted.</param>
    /// <param name="config">Ranks and scalings.</param>
    /// <param name="place">Makes the storage of A and B.</param>
    public LowRankUpdate(Parameter weight, IReadOnlyList<ParameterPart> parts, AdapterConfig config, WeightPlace place)
    {
        string[] modules = [.. parts.Select(p => AdapterNames.ModuleOf(p.Name))];
        A = new Parameter(ParameterKind.LowRank, [.. modules.Select(m => (AdapterNames.A(m), new[] { config.RankOf(m), weight.Shape[1] }))]);
        _entries = [.. parts.Select((part, i) =>
        {
            var b = new Parameter(ParameterKind.LowRank, (AdapterNames.B(modules[i]), [part.Rows, A.Parts[i].Rows]));
            return new Entry(part, A.Parts[i], b, (float)config.ScalingOf(modules[i]));
        })];
        Parameter[] all = [.. Parameters];
        Storage = place(all);
        for (int i = 0; i < all.Length; i++) all[i].Place(Storage, i);
    }

    /// <summary>Where A and B lie.</summary>
    public WeightStorage Storage { get; }

    /// <summary>[sum of ranks, in]</summary>
    public Parameter A { get; }

    /// <summary>[out, rank] for each part</summary>
    public IEnumerable<Parameter> B => _entries.Select(e => e.B);

    public IEnumerable<Parameter> Parameters => B.Prepend(A);

    /// <param name="output">[N, out], what the weight made of the input; changed in place.</param>
    /// <param name="input">[N, in]</param>
    public void AddTo(Tensor output, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = mm(input, Rounded(A, input).t()); // [N, sum of ranks]
        foreach (Entry e in _entries)
            e.Columns(output).addmm_(e.Inner(inner), Rounded(e.B, input).t(), beta: 1, alpha: e.Scaling);
    }

    /// <summary>Adds to the gradients of A and B, and to that of the input.</summary>
    /// <param name="gradient">[N, out]</param>
    /// <param name="input">[N, in], what <see cref="AddTo"/> was given</param>
    /// <param name="inputGradient">[N, in], what the weight made of the gradient; changed in place.</param>
    public void Backward(Tensor gradient, Tensor input, Tensor inputGradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = mm(input, Rounded(A, input).t()); // [N, sum of ranks], again: a hundredth of what the weight costs
        Tensor innerGradient = empty_like(inner);
        foreach (Entry e in _entries)
        {
            Tensor part = e.Columns(gradient); // [N, rows of the part]
            if (e.B.IsTrained) e.B.AddProduct(part, e.Inner(inner), e.Scaling);
            e.Inner(innerGradient).addmm_(part, Rounded(e.B, input), beta: 0, alpha: e.Scaling);
        }
        if (A.IsTrained) A.AddProduct(innerGradient, input);
        inputGradient.addmm_(innerGradient, Rounded(A, input), beta: 1, alpha: 1);
    }

    /// <summary>
    /// W + s B A of a part, or a copy of W where the part is not adapted; it belongs to the caller's scope. The weight is entered to be read.
    /// </summary>
    public Tensor Merged(Parameter weight, ParameterPart part)
    {
        using Tensor rows = Parameter.View(weight.Value, part);
        if (Array.Find(_entries, e => e.Part == part) is not { } entry) return rows.clone();
        using Tensor a = Parameter.View(A.Value, entry.APart);
        return addmm(rows, entry.B.Value, a, beta: 1, alpha: entry.Scaling);
    }

    /// <summary>
    /// W + s B A as the layers read them, in memory of its own; it belongs to the caller's scope. The weight and this are entered to be computed with.
    /// </summary>
    /// <param name="into">Memory of the weight's shape without values, that becomes the result; null for new memory.</param>
    public Tensor Merged(Parameter weight, Tensor? into = null)
    {
        Tensor merged = into?.copy_(weight.Compute) ?? weight.Compute.clone();
        foreach (Entry entry in _entries)
        {
            using Tensor rows = Parameter.View(merged, entry.Part), a = Parameter.View(A.Compute, entry.APart);
            _ = rows.addmm_(entry.B.Compute, a, beta: 1, alpha: entry.Scaling); // which returns itself
        }
        return merged;
    }

    public void Dispose() => Storage.Dispose();

    /// <summary>As the layers compute; the value itself where that is float32.</summary>
    private static Tensor Rounded(Parameter parameter, Tensor like) => parameter.Compute.to(like.dtype);

    /// <summary>One adapted part.</summary>
    /// <param name="Part">Its rows of the weight.</param>
    /// <param name="APart">Its rows of A.</param>
    /// <param name="B">[out, rank]</param>
    private sealed record Entry(ParameterPart Part, ParameterPart APart, Parameter B, float Scaling)
    {
        /// <summary>[N, rows of the part], a view</summary>
        public Tensor Columns(Tensor output) => output.narrow(1, Part.FirstRow, Part.Rows);

        /// <summary>[N, rank], a view</summary>
        public Tensor Inner(Tensor inner) => inner.narrow(1, APart.FirstRow, APart.Rows);
    }
}
