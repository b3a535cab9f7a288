using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// All weights of a decoder: which of them lie together in a storage, which are entered together, and the one way through them, forward, backward or a token at
/// a time.
/// </summary>
internal sealed class DecoderWeights : IDisposable
{
    private readonly Parameter[][] _groups; // embedding, layers, final norm with head
    private readonly WeightStorage[] _storages; // of each group

    /// <param name="head">Final norm and head, without the embedding where that is the head.</param>
    /// <param name="isTied">Whether the embedding is the head.</param>
    /// <param name="place">Makes the storage of the i-th group.</param>
    public DecoderWeights(
        Parameter embedding, IReadOnlyList<IEnumerable<Parameter>> layers, IReadOnlyList<Parameter> head, bool isTied,
        Func<int, IReadOnlyList<Parameter>, WeightStorage> place)
    {
        _groups = [[embedding], .. layers.Select(l => l.ToArray()), [.. head]];
        _storages = [.. _groups.Select((g, i) => place(i, g))];
        for (int i = 0; i < _groups.Length; i++) Place(i);
        All = [.. _groups.SelectMany(g => g)];
        Trainable = [.. All.Where(w => w.Kind != ParameterKind.Buffer)];
        Embedding = new WeightUnit(embedding);
        Layers = [.. _groups[1..^1].Select(g => new WeightUnit(g))];
        Head = new WeightUnit(isTied ? [.. head, embedding] : head);
    }

    /// <summary>Each once, in the order in which they are used.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <summary>All but buffers.</summary>
    public IReadOnlyList<Parameter> Trainable { get; }

    public WeightUnit Embedding { get; }

    /// <summary>At least one.</summary>
    public IReadOnlyList<WeightUnit> Layers { get; }

    /// <summary>The final norm and the head, which may be the embedding.</summary>
    public WeightUnit Head { get; }

    /// <summary>The storage of the i-th group for one more decoder; it is in memory once.</summary>
    public WeightStorage Share(int group)
    {
        lock (_storages)
        {
            if (_storages[group] is not SharedStorage shared)
            {
                _storages[group] = shared = new SharedStorage(_storages[group]);
                Place(group);
            }
            return shared.Share();
        }
    }

    /// <summary>The way begins: the first layer is expected next. Backward it ends here.</summary>
    public WeightLease EnterEmbedding(WeightUse use)
    {
        WeightLease lease = Embedding.Enter(use);
        if (use == WeightUse.Forward) Layers[0].Expect(use);
        return lease;
    }

    /// <summary>Forward the way ends with final norm and head; backward it begins with them, and the last layer is expected next.</summary>
    public WeightLease EnterHead(WeightUse use)
    {
        WeightLease lease = Head.Enter(use);
        if (use == WeightUse.Backward) Layers[^1].Expect(use);
        return lease;
    }

    /// <summary>Goes through the layers from the first to the last.</summary>
    /// <param name="layer">Told the index of a layer while its weights are there.</param>
    public void Forward(Action<int> layer, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Layers.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using WeightLease lease = Layers[i].Enter(WeightUse.Forward);
            (i + 1 < Layers.Count ? Layers[i + 1] : Head).Expect(WeightUse.Forward);
            layer(i);
        }
    }

    /// <summary>Goes through the layers from the last to the lowest that the gradient must reach.</summary>
    /// <param name="layer">Told the index of a layer while its weights are there; it adds to their gradients.</param>
    public void Backward(int lowest, Action<int> layer, CancellationToken cancellationToken)
    {
        for (int i = Layers.Count - 1; i >= lowest; i--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using WeightLease lease = Layers[i].Enter(WeightUse.Backward);
            if (i > lowest) Layers[i - 1].Expect(WeightUse.Backward);
            else if (Embedding.Weights[0].IsTrained) Embedding.Expect(WeightUse.Backward);
            layer(i);
            lease.GradientsReady();
        }
    }

    public void Dispose()
    {
        foreach (WeightStorage storage in _storages) storage.Dispose();
        foreach (Parameter weight in All) weight.Dispose(); // copies that an adapter trains
    }

    private void Place(int group)
    {
        for (int i = 0; i < _groups[group].Length; i++) _groups[group][i].Place(_storages[group], i);
    }
}
