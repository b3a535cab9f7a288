using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What <c>attribute='a.b.0'</c> picks from an item.</summary>
internal sealed class JinjaItemPath
{
    private readonly object?[] _parts;
    private readonly object? _default;
    private readonly JinjaBudget _budget;

    /// <param name="path">A dotted text, a number, or null for the item itself.</param>
    /// <param name="default">Used for what does not exist, unless null.</param>
    /// <param name="budget">Pays for the steps.</param>
    public JinjaItemPath(object? path, object? @default, JinjaBudget budget)
    {
        _parts = path is null ? [] : JinjaValue.AsText(path) is { } text ? [.. text.Split('.').Select(Part)] : [path];
        _default = @default;
        _budget = budget;
    }

    public object? Of(object? item)
    {
        foreach (object? part in _parts)
        {
            _budget.Spend(3); // what is not there is an object with a message
            item = JinjaAttributes.GetItem(item, part, _budget);
            if (_default is not null && item is JinjaUndefined) item = _default;
        }
        return item;
    }

    private static object? Part(string part) =>
        part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? index : part;
}
