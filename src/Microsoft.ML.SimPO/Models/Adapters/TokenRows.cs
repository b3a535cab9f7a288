using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>Rows of the embedding that an adapter holds in their place, and trains; of a tied head too.</summary>
internal sealed class TokenRows : IDisposable
{
    private readonly Parameter _embedding;
    private readonly Dictionary<int, int> _places; // of each token in the list

    /// <param name="module">What the adapter calls the embedding.</param>
    /// <param name="ids">Whose rows.</param>
    /// <param name="place">Makes the storage of the rows.</param>
    public TokenRows(Parameter embedding, string module, IReadOnlyList<int> ids, WeightPlace place)
    {
        (_embedding, Ids) = (embedding, [.. ids.Select(id => (long)id)]);
        _places = ids.Index().ToDictionary(i => i.Item, i => i.Index);
        Rows = new Parameter(ParameterKind.LowRank, (AdapterNames.TokenRows(module), [ids.Count, embedding.Shape[1]]));
        Storage = place([Rows]);
        Rows.Place(Storage, 0);
    }

    public WeightStorage Storage { get; }

    /// <summary>The tokens, in the order of <see cref="Rows"/>.</summary>
    public long[] Ids { get; }

    /// <summary>[count, hidden]</summary>
    public Parameter Rows { get; }

    /// <summary>Sets each row to that of the embedding: nothing is changed.</summary>
    public void Initialize()
    {
        using DisposeScope scope = NewDisposeScope();
        Rows.Value.copy_(_embedding.Value.index_select(0, Index));
    }

    /// <param name="rows">[N, hidden], what was looked up; changed in place.</param>
    /// <param name="ids">[N], the tokens that were looked up</param>
    public void Replace(Tensor rows, int[] ids)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Found(ids) is not { } found) return;
        rows.index_copy_(0, found.Rows, Rows.Compute.to(rows.dtype).index_select(0, found.Places));
    }

    /// <summary>Adds to the gradient of the rows.</summary>
    /// <param name="gradient">[N, hidden], of what was looked up</param>
    /// <param name="ids">[N], the tokens that were looked up</param>
    /// <param name="scale">What look-ups are multiplied by.</param>
    public void Backward(Tensor gradient, int[] ids, float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        if (!Rows.IsTrained || Found(ids) is not { } found) return;
        Rows.Gradient.index_add_(0, found.Places, gradient.index_select(0, found.Rows).to(float32), scale);
    }

    /// <summary>Of a head that is the embedding.</summary>
    /// <param name="logits">[M, vocabulary], those of the embedding as it is; changed in place.</param>
    /// <param name="normed">[M, hidden]</param>
    public void ReplaceLogits(Tensor logits, Tensor normed)
    {
        using DisposeScope scope = NewDisposeScope();
        logits.index_copy_(1, Index, mm(normed, Rows.Compute.to(normed.dtype).t()).to(logits.dtype));
    }

    /// <summary>Of a head that is the embedding: adds to the gradient of the rows, and corrects that of what goes into the head.</summary>
    /// <param name="logits">[M, vocabulary], the gradient</param>
    /// <param name="normed">[M, hidden]</param>
    /// <param name="gradient">[M, hidden], of <paramref name="normed"/> through the embedding as it is; changed in place.</param>
    public void LogitsBackward(Tensor logits, Tensor normed, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = logits.index_select(1, Index); // [M, count]
        gradient.addmm_(columns, Rows.Compute.to(columns.dtype) - _embedding.Compute.index_select(0, Index).to(columns.dtype), beta: 1, alpha: 1);
        if (Rows.IsTrained) Rows.AddProduct(columns, normed);
    }

    /// <summary>The whole embedding with these rows in it; it belongs to the caller's scope. Both are entered to be read.</summary>
    public Tensor Merged()
    {
        using NewScope scope = new();
        return scope.Keep(_embedding.Value.index_copy(0, Index, Rows.Value));
    }

    public void Dispose() => Storage.Dispose();

    private Tensor Index => tensor(Ids, int64, Rows.Value.device);

    /// <summary>Which rows of a look-up are of these tokens, and of which of them; null for none.</summary>
    private (Tensor Rows, Tensor Places)? Found(int[] ids)
    {
        List<long> rows = [], places = [];
        for (int i = 0; i < ids.Length; i++)
            if (_places.TryGetValue(ids[i], out int place))
            {
                rows.Add(i);
                places.Add(place);
            }
        return rows.Count == 0 ? null : (tensor(rows.ToArray(), int64, Rows.Value.device), tensor(places.ToArray(), int64, Rows.Value.device));
    }
}
