using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>A unit's weights as memory: looked at once where they stay in place, else anew each time that they have been brought.</summary>
internal sealed class UnitViews<TView> : IDisposable
    where TView : class, IDisposable
{
    private readonly Func<TView> _make;
    private readonly TView? _kept;

    /// <param name="make">Looks at them while they are there.</param>
    public UnitViews(WeightUnit unit, Func<TView> make)
    {
        _make = make;
        if (!unit.StaysInPlace) return;
        using WeightLease lease = unit.Enter(WeightUse.Forward);
        _kept = make();
    }

    /// <param name="work">Told the view, while the unit is entered.</param>
    public void Use(Action<TView> work)
    {
        if (_kept is not null)
        {
            work(_kept);
            return;
        }
        using TView view = _make();
        work(view);
    }

    public void Dispose() => _kept?.Dispose();
}
