namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What map, select, batch and others give: items on demand, once.</summary>
internal sealed class JinjaGenerator(IEnumerable<object?> source, JinjaBudget budget, string typeName = "generator") : JinjaObject
{
    private readonly IEnumerator<object?> _items = source.GetEnumerator();
    private bool _isRunning;

    public override string TypeName => typeName;

    /// <summary>The items that are left.</summary>
    public IEnumerable<object?> Drain()
    {
        while (Advance()) yield return _items.Current;
    }

    /// <summary>Generators may be stacked a thousandfold by a loop, so each item goes through the depth's bound.</summary>
    private bool Advance()
    {
        if (_isRunning) throw JinjaException.Value("generator already executing");
        _isRunning = true;
        budget.Enter();
        budget.Spend();
        bool any = _items.MoveNext();
        budget.Leave();
        _isRunning = false;
        return any;
    }
}
