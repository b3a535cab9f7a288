using System.Globalization;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>One option that a sweep searches: a range or a list of values.</summary>
internal sealed class SweepParameter
{
    private readonly OptionProperty[] _path;
    private readonly object[] _choices;
    private readonly (double Minimum, double Maximum, bool LogScale, int GridPoints) _range;

    private SweepParameter(Type options, string name, object[] choices, (double, double, bool, int) range)
    {
        Name = name;
        _path = [.. Path(options, name)];
        _range = range;
        _choices = [.. choices.Select(Convert).Distinct()];
    }

    /// <summary>An option, or one of an option's own, such as <c>Lora.Rank</c>.</summary>
    public string Name { get; }

    /// <summary>What an equal sweep has equal.</summary>
    public string Description => _choices.Length > 0
        ? $"{Name} in {string.Join("|", _choices.Select(Text))}"
        : FormattableString.Invariant($"{Name} from {_range.Minimum:R} to {_range.Maximum:R}{(_range.LogScale ? " log" : "")} {_range.GridPoints}");

    private Type Type => _path[^1].Type;

    /// <param name="options">The class of the options that are searched.</param>
    /// <exception cref="ArgumentException">There is no such option, or it is no number.</exception>
    public static SweepParameter Range(Type options, string name, double minimum, double maximum, bool logScale, int gridPoints)
    {
        var parameter = new SweepParameter(options, name, [], (minimum, maximum, logScale, gridPoints));
        bool isNumber = parameter.Type.IsPrimitive && parameter.Type != typeof(bool);
        return isNumber ? parameter : throw new ArgumentException($"`{name}` is no number: add it with its values.");
    }

    /// <summary>The range that the option carries.</summary>
    /// <exception cref="ArgumentException">There is no such option, or it has none.</exception>
    public static SweepParameter OwnRange(Type options, string name)
    {
        SweepRangeAttribute range = Path(options, name).Last().SweepRange
            ?? throw new ArgumentException($"`{name}` is no option that has a range of its own. Use Add.");
        return Range(options, name, range.Minimum, range.Maximum, range.LogScale, SweepSpace.DefaultGridPoints);
    }

    /// <exception cref="ArgumentException">There is no such option, or a value is one of another type.</exception>
    public static SweepParameter Choice(Type options, string name, object[] values) => new(options, name, values, default);

    public object Sample(SeededRandom random) =>
        _choices.Length > 0 ? _choices[random.Below(_choices.Length)] : At((random.Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>The values of a grid: all choices, or evenly spaced ones with both ends.</summary>
    public IReadOnlyList<object> Grid() => _choices.Length > 0
        ? _choices
        : [.. Enumerable.Range(0, _range.GridPoints).Select(i => At(i / (_range.GridPoints - 1.0))).Distinct()];

    /// <summary>Both ends of a range, or all choices.</summary>
    public IReadOnlyList<object> Ends => _choices.Length > 0 ? _choices : [At(0), At(1)];

    /// <summary>Options on the way that are null become new ones with their defaults.</summary>
    public void Set(PreferenceTrainerOptions options, object value)
    {
        object at = options;
        foreach (OptionProperty option in _path[..^1])
        {
            object? next = option.Get(at);
            if (next is null) option.Set(at, next = Activator.CreateInstance(option.Type)!);
            at = next;
        }
        _path[^1].Set(at, value);
    }

    /// <summary>The options that a name such as <c>Lora.Rank</c> goes through.</summary>
    private static IEnumerable<OptionProperty> Path(Type options, string name)
    {
        Type type = options;
        foreach (string part in name.Split('.'))
        {
            OptionProperty option = OptionProperty.Find(type, part)
                ?? throw new ArgumentException($"`{name}` is not an option of {options.DeclaringType?.Name ?? options.Name}.{Advice(type, part)}");
            yield return option;
            type = option.Type;
        }
    }

    /// <summary>The option that was meant: of the same letters, else one that begins with them.</summary>
    private static string Advice(Type type, string name)
    {
        string[] names = [.. OptionProperty.Of(type).Select(o => o.Name)];
        string? meant = names.FirstOrDefault(n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase))
            ?? names.FirstOrDefault(n => n.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return meant is null ? "" : $" Use `{meant}`.";
    }

    public static string Text(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private object At(double share)
    {
        (double minimum, double maximum, bool logScale, _) = _range;
        double value = logScale ? Math.Exp(Math.Log(minimum) + (share * (Math.Log(maximum) - Math.Log(minimum)))) : minimum + (share * (maximum - minimum));
        value = Math.Clamp(value, minimum, maximum);
        return Convert(Type == typeof(int) ? Math.Round(value) : value);
    }

    private object Convert(object value)
    {
        try
        {
            if (Type.IsInstanceOfType(value)) return Type.IsEnum && !Enum.IsDefined(Type, value) ? throw new InvalidCastException() : value;
            if (Type.IsEnum) return Enum.Parse(Type, Enum.GetNames(Type).First(name => name.Equals(value as string, StringComparison.OrdinalIgnoreCase)));
            // "0,001" would be read as 1, and so would true.
            if (Type.IsPrimitive && (value is string or char or bool || Type == typeof(bool))) throw new InvalidCastException();
            object converted = System.Convert.ChangeType(value, Type, CultureInfo.InvariantCulture);
            return Type.IsPrimitive && !IsAsGiven(converted, value) ? throw new InvalidCastException() : converted;
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or ArgumentException or InvalidOperationException)
        {
            string given = value is string && Type.IsPrimitive ? $"the text \"{value}\"" : value is null ? "null" : Text(value);
            throw new ArgumentException($"`{Name}` is of type {Type.Name}: {given} is no value of it.", e);
        }
    }

    /// <summary>Whether a number of another type is still the one that was given: rounded to its digits, but not to a whole one and not to infinity.</summary>
    private static bool IsAsGiven(object converted, object given)
    {
        double number = System.Convert.ToDouble(converted, CultureInfo.InvariantCulture), from = System.Convert.ToDouble(given, CultureInfo.InvariantCulture);
        return converted is float or double ? double.IsFinite(number) == double.IsFinite(from) : number == from;
    }
}
