using System.Globalization;
using System.Reflection;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>One option that a sweep searches: a range or a list of values.</summary>
internal sealed class SweepParameter
{
    private readonly PropertyInfo[] _path;
    private readonly Type _type;
    private readonly object[] _choices;
    private readonly (double Minimum, double Maximum, bool LogScale, int GridPoints) _range;

    private SweepParameter(string name, object[] choices, (double, double, bool, int) range)
    {
        Name = name;
        _path = [.. Path(name)];
        _type = Nullable.GetUnderlyingType(_path[^1].PropertyType) ?? _path[^1].PropertyType;
        _range = range;
        _choices = Array.ConvertAll(choices, Convert);
    }

    /// <summary>An option, or one of an option's own, such as <c>Lora.Rank</c>.</summary>
    public string Name { get; }

    /// <summary>What an equal sweep has equal.</summary>
    public string Description => _choices.Length > 0
        ? $"{Name} in {string.Join("|", _choices.Select(Text))}"
        : FormattableString.Invariant($"{Name} from {_range.Minimum:R} to {_range.Maximum:R}{(_range.LogScale ? " log" : "")} {_range.GridPoints}");

    /// <exception cref="ArgumentException">There is no such option, it is no number, or the range is empty.</exception>
    public static SweepParameter Range(string name, double minimum, double maximum, bool logScale, int gridPoints)
    {
        var parameter = new SweepParameter(name, [], (minimum, maximum, logScale, gridPoints));
        if (parameter._type.IsEnum || !parameter._type.IsPrimitive || parameter._type == typeof(bool)) throw new ArgumentException($"`{name}` is no number: add it with its values.", nameof(name));
        if (!(minimum < maximum && double.IsFinite(minimum) && double.IsFinite(maximum)) || (logScale && minimum <= 0))
            throw new ArgumentException(FormattableString.Invariant($"The range of `{name}` must rise{(logScale ? " from above 0" : "")}, but was {minimum} to {maximum}."), nameof(maximum));
        if (gridPoints < 2) throw new ArgumentException(FormattableString.Invariant($"The grid of `{name}` must have at least 2 points, but had {gridPoints}."), nameof(gridPoints));
        return parameter;
    }

    /// <exception cref="ArgumentException">There is no such option, no value, or one of another type.</exception>
    public static SweepParameter Choice(string name, object[] values)
    {
        if (values.Length == 0) throw new ArgumentException($"`{name}` must have values to choose from, but had none.", nameof(values));
        return new SweepParameter(name, values, default);
    }

    public object Sample(SeededRandom random) => _choices.Length > 0 ? _choices[random.Below(_choices.Length)] : At((random.Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>The values of a grid: all choices, or evenly spaced ones with both ends.</summary>
    public IReadOnlyList<object> Grid() => _choices.Length > 0
        ? _choices
        : [.. Enumerable.Range(0, _range.GridPoints).Select(i => At(i / (_range.GridPoints - 1.0))).Distinct()];

    /// <summary>Options on the way that are null become new ones with their defaults.</summary>
    public void Set(SimPOTrainer.Options options, object value)
    {
        object at = options;
        foreach (PropertyInfo property in _path[..^1])
        {
            object? next = property.GetValue(at);
            if (next is null) property.SetValue(at, next = Activator.CreateInstance(property.PropertyType)!);
            at = next;
        }
        _path[^1].SetValue(at, value);
    }

    /// <summary>The properties that a name such as <c>Lora.Rank</c> goes through.</summary>
    /// <exception cref="ArgumentException">There is no such option.</exception>
    public static IEnumerable<PropertyInfo> Path(string name)
    {
        Type type = typeof(SimPOTrainer.Options);
        foreach (string part in name.Split('.'))
        {
            PropertyInfo property = type.GetProperty(part, BindingFlags.Public | BindingFlags.Instance) ?? throw new ArgumentException($"`{name}` is not an option of SimPOTrainer.", nameof(name));
            yield return property;
            type = property.PropertyType;
        }
    }

    public static string Text(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private object At(double share)
    {
        (double minimum, double maximum, bool logScale, _) = _range;
        double value = logScale ? Math.Exp(Math.Log(minimum) + (share * (Math.Log(maximum) - Math.Log(minimum)))) : minimum + (share * (maximum - minimum));
        return Convert(Math.Clamp(value, minimum, maximum));
    }

    private object Convert(object value)
    {
        try
        {
            if (_type.IsInstanceOfType(value)) return value;
            if (_type.IsEnum) return value is string text ? Enum.Parse(_type, text, ignoreCase: true) : throw new InvalidCastException();
            return _type == typeof(int) && value is double number ? (int)Math.Round(number) : System.Convert.ChangeType(value, _type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            throw new ArgumentException($"`{Name}` is of type {_type.Name}: {Text(value)} is no value of it.", nameof(value), e);
        }
    }
}
