using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>
/// A weight of the decoder: its kind, its parts and its shape. Its numbers lie in a storage, where they are only between entering and leaving. No graph is ever
/// recorded on it: the layers' own backward adds to <see cref="Gradient"/>.
/// </summary>
internal sealed class Parameter : IDisposable
{
    private WeightStorage _storage = null!;
    private int _index;
    private (WeightStorage Storage, int Index)? _base;
    private WeightStorage? _own;

    /// <summary>It must be placed in a storage before it is used.</summary>
    public Parameter(ParameterKind kind, params (string Name, long[] Shape)[] parts)
    {
        Kind = kind;
        long rows = 0;
        Parts = [.. parts.Select(p => new ParameterPart(p.Name, (rows += RowsOf(p.Shape)) - RowsOf(p.Shape), p.Shape))];
        Shape = [rows, .. parts[0].Shape.Skip(1)];
    }

    /// <summary>In a resident storage of its own, which is freed with it.</summary>
    public Parameter(ParameterKind kind, Device device, params (string Name, long[] Shape)[] parts)
        : this(kind, parts) => Place(_own = new ResidentStorage(device, [Shape]), 0);

    public ParameterKind Kind { get; }

    public IReadOnlyList<ParameterPart> Parts { get; }

    /// <summary>Of all parts together, one below the other.</summary>
    public long[] Shape { get; }

    public long Count => Parts.Sum(p => p.Count);

    /// <summary>Where its numbers lie.</summary>
    public WeightStorage Storage => _storage;

    /// <summary>Its place in <see cref="Storage"/>.</summary>
    public int Index => _index;

    /// <summary>float32. Another tensor after <see cref="Train"/> of a shared one: ask for it each time.</summary>
    public Tensor Value => _storage.Value(_index);

    /// <summary>The model's own value: <see cref="Value"/>, or what an adapter put its own in the place of.</summary>
    public Tensor Base => _base is { } place ? place.Storage.Value(place.Index) : Value;

    /// <summary>What the layers read: <see cref="Value"/>, or its rounding where the decoder computes in another type.</summary>
    public Tensor Compute => _storage.Compute(_index);

    /// <summary>What an adapter adds to this weight; null for nothing.</summary>
    public LowRankUpdate? Update { get; set; }

    /// <summary>What an adapter adds to the experts that this weight is of; null for nothing.</summary>
    public ExpertsUpdate? ExpertsUpdate { get; set; }

    /// <summary>Rows that an adapter holds in the place of some, of an embedding; null for none.</summary>
    public TokenRows? TokenRows { get; set; }

    /// <summary>Of the shape of <see cref="Value"/>; zero until a backward pass adds to it.</summary>
    /// <exception cref="InvalidOperationException">The parameter is frozen.</exception>
    public Tensor Gradient => IsTrained ? _storage.Gradient(_index) : throw new InvalidOperationException($"'{Parts[0].Name}' is not trained.");

    /// <summary>Whether it stays float32 whatever layers compute in.</summary>
    public bool StaysFloat32 => Kind is ParameterKind.Norm or ParameterKind.Coefficient or ParameterKind.Buffer;

    /// <summary>Whether it is trained, or what an adapter has put on it or in the place of its rows is there.</summary>
    public bool IsAdapted => IsTrained || Update is not null || ExpertsUpdate is not null || TokenRows is not null;

    public bool IsTrained => _storage.IsTrained(_index);

    /// <summary>Puts it into a storage; below a copy that an adapter trains, where there is one.</summary>
    public void Place(WeightStorage storage, int index)
    {
        if (_base is null) (_storage, _index) = (storage, index);
        else _base = (storage, index);
    }

    /// <summary>From now on the parameter is trained: it has a gradient, and a value that it shares with no other.</summary>
    public void Train() => _storage.Train(_index);

    /// <summary>The end of training: the gradient's memory is given back.</summary>
    public void Freeze() => _storage.Freeze(_index);

    /// <summary>From now on the layers read a rounding; the value stays float32, and with it what training adds up.</summary>
    public void ComputeIn(ScalarType type) => _storage.ComputeIn(_index, type);

    /// <summary>
    /// Enters what it lies in, for whoever is on no way through the decoder: to be set, where its own value lies; else all that it is made of.
    /// </summary>
    public WeightLease Enter(WeightUse use) => use == WeightUse.Write ? EnterOwn([this], use) : new WeightUnit(this).Enter(use);

    /// <summary>Enters where the own values of weights lie, without what is below a copy that an adapter trains, which others may hold too.</summary>
    public static WeightLease EnterOwn(IEnumerable<Parameter> weights, WeightUse use) => new([.. weights.Select(w => w._storage).Distinct()], use);

    /// <summary>Adds those that are not in a list yet: its own, that of the base, that of what an adapter adds.</summary>
    public void AddStorages(List<WeightStorage> to)
    {
        if (!to.Contains(_storage)) to.Add(_storage);
        if (_base is { } place && !to.Contains(place.Storage)) to.Add(place.Storage);
        if (Update is not null && !to.Contains(Update.Storage)) to.Add(Update.Storage);
        if (ExpertsUpdate is not null && !to.Contains(ExpertsUpdate.Storage)) to.Add(ExpertsUpdate.Storage);
        if (TokenRows is not null && !to.Contains(TokenRows.Storage)) to.Add(TokenRows.Storage);
    }

    /// <summary>Adds scaling rows^T input to the gradient, which is float32 whatever the two are.</summary>
    /// <param name="rows">[N, out], the gradient of what the weight gave</param>
    /// <param name="input">[N, in]</param>
    /// <param name="scaling">The factor of the product.</param>
    public void AddProduct(Tensor rows, Tensor input, float scaling = 1) => AddProduct(Gradient, rows, input, scaling);

    /// <summary>As <see cref="AddProduct(Tensor, Tensor, float)"/>, of a part of a gradient.</summary>
    /// <param name="gradient">[out, in] float32</param>
    public static void AddProduct(Tensor gradient, Tensor rows, Tensor input, float scaling = 1)
    {
        using Tensor transposed = rows.t();
        if (rows.dtype == float32)
        {
            MatrixProducts.Add(gradient, transposed, input, scaling);
            return;
        }
        using Tensor product = mm(transposed, input);
        gradient.add_(product, alpha: scaling);
    }

    /// <summary>
    /// The parts that an adapter trains and stores, of a parameter that it holds a copy of, with what they are called in its file; null for all, under the
    /// names that modules which are saved whole have.
    /// </summary>
    public IReadOnlyDictionary<ParameterPart, string>? SavedParts { get; set; }

    /// <summary>Adds to the gradient of a bias, of those of its parts that are trained.</summary>
    /// <param name="rows">[rows], of all parts</param>
    public void AddRows(Tensor rows)
    {
        if (SavedParts is null) Gradient.add_(rows);
        else
            foreach (ParameterPart part in SavedParts.Keys)
            {
                using Tensor to = View(Gradient, part), from = View(rows, part);
                _ = to.add_(from); // which returns itself
            }
    }

    /// <summary>Takes the value of another of the same shape.</summary>
    public void Set(Parameter from)
    {
        using WeightLease reading = EnterOwn([from], WeightUse.Read), writing = Enter(WeightUse.Write);
        Value.copy_(from.Value);
    }

    /// <summary>Puts a copy in the place of the value, which is kept as <see cref="Base"/>: an adapter trains this one whole.</summary>
    /// <param name="place">Makes the storage of the copy.</param>
    public void Replace(WeightPlace place)
    {
        WeightStorage copy = place([this]);
        using (WeightLease reading = Enter(WeightUse.Read), writing = new([copy], WeightUse.Write)) copy.Take(0, _storage, _index);
        copy.ComputeIn(0, _storage.ComputeType(_index));
        (_base, _storage, _index, _own) = ((_storage, _index), copy, 0, copy);
    }

    /// <summary>A view of the rows that <paramref name="part"/> names, of the value or the gradient. It belongs to the caller.</summary>
    public static Tensor View(Tensor of, ParameterPart part) => of.narrow(0, part.FirstRow, part.Rows);

    /// <summary>Where the rows of a part lie in memory; only on CPU. Valid as long as the value is there.</summary>
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

    /// <summary>A number alone is a row.</summary>
    private static long RowsOf(long[] shape) => shape is [var rows, ..] ? rows : 1;

    /// <summary>Frees a storage of its own; others stay with whoever placed it there.</summary>
    public void Dispose() => _own?.Dispose();
}
