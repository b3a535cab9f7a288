namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Weights that are entered until this is disposed.</summary>
internal readonly struct WeightLease : IDisposable
{
    private readonly IReadOnlyList<WeightStorage> _storages;
    private readonly WeightUse _use;

    /// <summary>Enters storages, all or, when one fails, none.</summary>
    public WeightLease(IReadOnlyList<WeightStorage> storages, WeightUse use)
    {
        (_storages, _use) = (storages, use);
        int entered = 0;
        try
        {
            for (; entered < storages.Count; entered++) storages[entered].Enter(use);
        }
        catch
        {
            while (--entered >= 0) storages[entered].Leave(use);
            throw;
        }
    }

    /// <summary>All gradients of this use are there.</summary>
    public void GradientsReady()
    {
        foreach (WeightStorage storage in _storages) storage.GradientsReady();
    }

    public void Dispose()
    {
        foreach (WeightStorage storage in _storages) storage.Leave(_use);
    }
}
