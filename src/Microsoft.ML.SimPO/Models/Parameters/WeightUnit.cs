namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Weights that are entered together, such as those of a layer, with all that an adapter has put on them.</summary>
internal sealed class WeightUnit(params IReadOnlyList<Parameter> weights)
{
    public IReadOnlyList<Parameter> Weights => weights;

    /// <summary>Whether tensors of it may be kept: see <see cref="WeightStorage.StaysInPlace"/>.</summary>
    public bool StaysInPlace => Storages().TrueForAll(s => s.StaysInPlace);

    public WeightLease Enter(WeightUse use) => new(Storages(), use);

    /// <summary>See <see cref="WeightStorage.Expect"/>.</summary>
    public void Expect(WeightUse use)
    {
        foreach (WeightStorage storage in Storages()) storage.Expect(use);
    }

    /// <summary>Each once. Asked for anew every time, since weights are put elsewhere when they are shared, and an adapter brings its own.</summary>
    private List<WeightStorage> Storages()
    {
        List<WeightStorage> storages = [];
        foreach (Parameter weight in weights) weight.AddStorages(storages);
        return storages;
    }
}
