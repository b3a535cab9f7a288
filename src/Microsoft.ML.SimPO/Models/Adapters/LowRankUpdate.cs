using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
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
    private readonly Parameter _weight;

    /// <param name="weight">The matrix, [out, in]; it stays as it is.</param>
    /// <param name="targets">Those of its parts that are adapted.</param>
    /// <param name="config">Ranks and scalings.</param>
    /// <param name="place">Makes the storage of A and B.</param>
    public LowRankUpdate(Parameter weight, IReadOnlyList<ModuleTarget> targets, AdapterConfig config, WeightPlace place)
    {
        (_weight, HasMagnitudes) = (weight, config.HasMagnitudes);
        A = new Parameter(ParameterKind.LowRank, [.. targets.Select(t => (AdapterNames.A(t.Module), new[] { config.RankOf(t.Key), weight.Shape[1] }))]);
        _entries = [.. targets.Select((target, i) =>
        {
            ParameterPart part = target.Part;
            var b = new Parameter(ParameterKind.LowRank, (AdapterNames.B(target.Module), [part.Rows, A.Parts[i].Rows]));
            Parameter? magnitude = config.HasMagnitudes ? new Parameter(ParameterKind.LowRank, (AdapterNames.Magnitude(target.Module), [part.Rows])) : null;
            return new Entry(part, A.Parts[i], b, magnitude, (float)config.ScalingOf(target.Key));
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

    public IEnumerable<Parameter> Parameters => B.Prepend(A).Concat(_entries.Select(e => e.Magnitude).OfType<Parameter>());

    /// <summary>
    /// Whether each row of W + s B A has a length that is learned: y = m / |row| of what W + s B A gives, the length of a row being a constant.
    /// </summary>
    public bool HasMagnitudes { get; }

    /// <summary>Sets each length to that of the weight's row: B being zero, nothing is changed.</summary>
    public void InitializeMagnitudes()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Entry e in _entries) e.Magnitude?.Value.copy_(Parameter.View(_weight.Value, e.Part).norm(1));
    }

    /// <summary>The gradient of what W + s B A gives, from that of what the weight gives; adds to the gradients of lengths.</summary>
    /// <param name="gradient">[N, out]</param>
    /// <param name="input">[N, in]</param>
    public Tensor MagnitudesBackward(Tensor gradient, Tensor input)
    {
        using NewScope scope = new();
        Tensor scaled = scope.Keep(gradient.clone());
        foreach (Entry e in _entries)
        {
            (Tensor sum, Tensor norms) = SumOf(e);
            if (e.Magnitude!.IsTrained)
                e.Magnitude.Gradient.add_((e.Columns(gradient) * mm(input, sum.t().to(input.dtype))).to(float32).sum([0L]).div_(norms));
            e.Columns(scaled).mul_((e.Magnitude.Value / norms).to(scaled.dtype));
        }
        return scaled;
    }

    /// <param name="output">[N, out], what the weight made of the input, without a bias where there are lengths; changed in place.</param>
    /// <param name="input">[N, in]</param>
    public void AddTo(Tensor output, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = mm(input, Rounded(A, input).t()); // [N, sum of ranks]
        foreach (Entry e in _entries)
        {
            Tensor columns = e.Columns(output).addmm_(e.Inner(inner), Rounded(e.B, input).t(), beta: 1, alpha: e.Scaling);
            if (e.Magnitude is not null) columns.mul_((e.Magnitude.Value / SumOf(e).Norms).to(columns.dtype));
        }
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
        if (entry.Magnitude is null) return addmm(rows, entry.B.Value, a, beta: 1, alpha: entry.Scaling);
        using NewScope scope = new();
        (Tensor sum, Tensor norms) = SumOf(entry);
        return scope.Keep(sum.mul_((entry.Magnitude.Value / norms).unsqueeze(1)));
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
            if (entry.Magnitude is null) continue;
            using DisposeScope scope = NewDisposeScope();
            rows.mul_((entry.Magnitude.Value / rows.norm(1)).unsqueeze(1));
        }
        return merged;
    }

    public void Dispose() => Storage.Dispose();

    /// <summary>W + s B A of a part, [rows, in] float32, and the length of each row.</summary>
    private (Tensor Sum, Tensor Norms) SumOf(Entry entry)
    {
        using NewScope scope = new();
        Tensor rows = Parameter.View(_weight.Value, entry.Part), a = Parameter.View(A.Value, entry.APart);
        Tensor sum = addmm(rows, entry.B.Value, a, beta: 1, alpha: entry.Scaling);
        return scope.Keep((sum, sum.norm(1)));
    }

    /// <summary>As the layers compute; the value itself where that is float32.</summary>
    private static Tensor Rounded(Parameter parameter, Tensor like) => parameter.Compute.to(like.dtype);

    /// <summary>One adapted part.</summary>
    /// <param name="Part">Its rows of the weight.</param>
    /// <param name="APart">Its rows of A.</param>
    /// <param name="B">[out, rank]</param>
    /// <param name="Magnitude">[out], the length of each row; null where it is that of the sum.</param>
    private sealed record Entry(ParameterPart Part, ParameterPart APart, Parameter B, Parameter? Magnitude, float Scaling)
    {
        /// <summary>[N, rows of the part], a view</summary>
        public Tensor Columns(Tensor output) => output.narrow(1, Part.FirstRow, Part.Rows);

        /// <summary>[N, rank], a view</summary>
        public Tensor Inner(Tensor inner) => inner.narrow(1, APart.FirstRow, APart.Rows);
    }
}
