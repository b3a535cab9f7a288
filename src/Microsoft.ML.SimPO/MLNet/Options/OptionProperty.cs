using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>One option of a class of options: its property, and what its attributes say.</summary>
internal sealed class OptionProperty
{
    private static readonly ConcurrentDictionary<Type, OptionProperty[]> Known = [];

    private readonly PropertyInfo _property;
    private readonly OptionAttribute _option;

    private OptionProperty(PropertyInfo property, OptionAttribute option)
    {
        (_property, _option) = (property, option);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        SweepRange = property.GetCustomAttribute<SweepRangeAttribute>(inherit: true);
    }

    public string Name => _property.Name;

    /// <summary>Of its values; without the "or null" of one that may be null.</summary>
    public Type Type { get; }

    public string? RecipeKey => _option.RecipeKey;

    public OptionEffect Effect => _option.Effect;

    public bool IsLocation => _option.IsLocation;

    /// <summary>The range that is worth searching; null for none.</summary>
    public SweepRangeAttribute? SweepRange { get; }

    /// <summary>What values are possible, as the rest of a sentence that begins with "must"; null for all of its type.</summary>
    public string? Range => Type.IsEnum ? $"be {Choices}" : _option.Names is { } names ? $"name {names}" : Limits is { } limits ? $"be {limits}" : null;

    /// <summary>What to do instead of a value that is out of range; null for nothing to say.</summary>
    public string? Advice => _option.Use is { } use ? $"Use {use}." : null;

    private string Choices
    {
        get
        {
            string[] names = Enum.GetNames(Type);
            return names.Length > 3 ? $"one of {string.Join(", ", names)}" : $"{string.Join(", ", names[..^1])} or {names[^1]}";
        }
    }

    /// <summary>"at least 1", "from 0 to below 1" and so on; null for no limits.</summary>
    private string? Limits => (_option.Above, _option.AtLeast, _option.AtMost, _option.Below) switch
    {
        (var above, _, _, _) when !double.IsNaN(above) => Say($"greater than {above}"),
        (_, double.NaN, _, _) => null,
        (_, var least, var most, _) when !double.IsNaN(most) => Say($"from {least} to {most}"),
        (_, var least, _, var below) when !double.IsNaN(below) => Say($"from {least} to below {below}"),
        (_, 0, _, _) => "0 or more",
        (_, var least, _, _) => Say($"at least {least}"),
    };

    /// <summary>The options of a class: those of the classes that it comes from first, each in the order of its declaration.</summary>
    public static IReadOnlyList<OptionProperty> Of(Type type) => Known.GetOrAdd(type, Read);

    /// <summary>The option of that name; null for none.</summary>
    public static OptionProperty? Find(Type type, string name) => Of(type).FirstOrDefault(o => o.Name == name);

    public object? Get(object options) => _property.GetValue(options);

    public void Set(object options, object? value) => _property.SetValue(options, value);

    /// <summary>Sets the value that <see cref="Text"/> wrote.</summary>
    /// <returns>Whether the text is a value of the option's type.</returns>
    public bool TrySet(object options, string text)
    {
        if (!TryRead(text, out object? value)) return false;
        Set(options, value);
        return true;
    }

    /// <summary>A value as a run's state and a saved model write it.</summary>
    public string Text(object options) => Convert.ToString(Get(options), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "not set";

    /// <summary>Whether the state of a run says nothing of the value, because runs from before there was the option all have it.</summary>
    public bool IsUnsaid(object options) => _option.Unsaid is { } unsaid && Text(options) == unsaid;

    /// <summary>What is wrong with the value; null for nothing.</summary>
    /// <param name="path">What stands before its name in messages.</param>
    public string? Fault(object options, string path = "") => Get(options) is { } value && !IsPossible(value, options)
        ? string.Join(
            ' ',
            new[]
            {
                $"`{path}{Name}` must {Range}{Beneath(options)}{Representable(value)}, but was {(value is string ? "empty" : Say($"{value}"))}.", Advice,
            }.OfType<string>())
        : null;

    private bool TryRead(string text, out object? value)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        (bool isRead, value) = Type switch
        {
            _ when Type == typeof(string) => (true, (object?)text),
            _ when Type == typeof(bool) => (bool.TryParse(text, out bool flag), (object?)flag),
            _ when Type == typeof(int) => (int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out int number), (object?)number),
            _ when Type == typeof(float) => (float.TryParse(text, NumberStyles.Float, culture, out float number), (object?)number),
            _ when Type == typeof(double) => (double.TryParse(text, NumberStyles.Float, culture, out double number), (object?)number),
            _ when Type.IsEnum => (Enum.TryParse(Type, text, ignoreCase: false, out object? member) && Enum.IsDefined(Type, member), member),
            _ => (false, null),
        };
        return isRead;
    }

    private string Beneath(object options) => Bound(options) is { } bound ? Say($" and below `{_option.BelowOption}` ({bound})") : "";

    private object? Bound(object options) => _option.BelowOption is { } name ? Find(options.GetType(), name)!.Get(options) : null;

    private bool IsPossible(object value, object options) => value switch
    {
        Enum => Enum.IsDefined(Type, value),
        string text => _option.Names is null || !string.IsNullOrWhiteSpace(text),
        float number => IsInside(number) && IsFinite(number),
        double number => IsInside(number) && IsFinite(number),
        int number => IsInside(number) && !(Bound(options) is int bound && number >= bound),
        _ => true,
    };

    /// <summary>A single number is compared as one: 0.1 is not above the double 0.1.</summary>
    private bool IsInside<T>(T value)
        where T : INumber<T>
    {
        bool Holds(double limit, Func<T, bool> isKept) => double.IsNaN(limit) || isKept(T.CreateChecked(limit));
        return Holds(_option.AtLeast, l => value >= l)
            && Holds(_option.Above, l => value > l) && Holds(_option.AtMost, l => value <= l) && Holds(_option.Below, l => value < l);
    }

    private bool IsFinite<T>(T value)
        where T : IFloatingPoint<T> => Limits is null || (T.IsFinite(value) && SingleRange.Holds(double.CreateChecked(value)));

    /// <summary>All numbers of a model are single ones: what becomes 0 or infinity there does not do what it says.</summary>
    private static string Representable(object value) =>
        value is float or double && Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) && !SingleRange.Holds(number)
            ? $" and {SingleRange.Name}"
            : "";

    private static OptionProperty[] Read(Type type)
    {
        List<OptionProperty> found = [];
        for (Type? at = type; at is not null; at = at.BaseType)
        {
            found.InsertRange(0, at.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .OrderBy(p => p.MetadataToken)
                .Where(p => p.GetMethod!.GetBaseDefinition().DeclaringType == at) // one that is overridden stands where it was first
                .Select(p => type.GetProperty(p.Name)!)
                .Select(p => (Property: p, Option: p.GetCustomAttribute<OptionAttribute>(inherit: true)))
                .Where(p => p.Option is not null)
                .Select(p => new OptionProperty(p.Property, p.Option!)));
        }
        return [.. found];
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
