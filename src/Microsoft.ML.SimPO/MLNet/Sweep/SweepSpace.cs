namespace Microsoft.ML.SimPO;

/// <summary>
/// The options that a sweep searches, each with its range or its values. Adding an option again replaces it. Whether the trainer whose options are searched has
/// them is looked at when the sweep begins.
/// </summary>
public sealed class SweepSpace
{
    internal const int DefaultGridPoints = 3;

    private readonly List<(string Option, Func<Type, SweepParameter> Parameter)> _entries = [];
    private bool _startsWithDefault;

    /// <summary>What is usually searched: learning rate, and of SimPO's own options beta and gamma_beta_ratio, in the ranges that are usual.</summary>
    public static SweepSpace Default => new() { _startsWithDefault = true };

    internal bool IsEmpty => _entries.Count == 0 && !_startsWithDefault;

    /// <summary>Options in the ranges that are usual.</summary>
    /// <param name="options">Names of the trainer's options, or of an option's own, such as "Lora.Rank".</param>
    public static SweepSpace Of(params string[] options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var space = new SweepSpace();
        foreach (string option in options) space.Replace(option, Own(option));
        return space;
    }

    /// <summary>Searches a number in a range.</summary>
    /// <param name="option">One of the trainer's options that is a number, or one of an option's own, such as "Lora.Rank".</param>
    /// <param name="minimum">The least value.</param>
    /// <param name="maximum">The greatest value.</param>
    /// <param name="logScale">Whether values are spread evenly on a logarithmic scale.</param>
    /// <param name="gridPoints">How many values a grid takes, both ends among them; at least 2. Default 3.</param>
    /// <exception cref="ArgumentException">The range is empty.</exception>
    public SweepSpace Add(string option, double minimum, double maximum, bool logScale = false, int gridPoints = DefaultGridPoints)
    {
        if (!(minimum < maximum && double.IsFinite(minimum) && double.IsFinite(maximum)) || (logScale && minimum <= 0))
            throw new ArgumentException(
                Say($"The range of `{option}` must rise{(logScale ? " from above 0" : "")}, but was {minimum} to {maximum}."), nameof(maximum));
        if (gridPoints < 2) throw new ArgumentException(Say($"The grid of `{option}` must have at least 2 points, but had {gridPoints}."), nameof(gridPoints));
        return Replace(option, type => SweepParameter.Range(type, option, minimum, maximum, logScale, gridPoints));
    }

    /// <summary>Searches an option among some values.</summary>
    /// <param name="option">One of the trainer's options, or one of an option's own.</param>
    /// <param name="values">Values of its type; numbers of other types are converted, and enum values may be given by name.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public SweepSpace AddChoice(string option, params object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 0) throw new ArgumentException($"`{option}` must have values to choose from, but had none.", nameof(values));
        object[] copy = [.. values];
        return Replace(option, type => SweepParameter.Choice(type, option, copy));
    }

    /// <summary>The names of what is searched, in a line.</summary>
    public override string ToString() =>
        string.Join(", ", (_startsWithDefault ? ["the usual options"] : Array.Empty<string>()).Concat(_entries.Select(e => e.Option)));

    /// <summary>What is searched of the options of a class.</summary>
    /// <param name="faults">A sentence for each option that the class has not, or that is of another type.</param>
    internal IReadOnlyList<SweepParameter> For(Type options, out IReadOnlyList<string> faults)
    {
        List<SweepParameter> found = [];
        List<string> refused = [];
        IEnumerable<string> usual = _startsWithDefault ? Usual(options).Except(_entries.Select(e => e.Option)) : [];
        foreach (Func<Type, SweepParameter> make in usual.Select(Own).Concat(_entries.Select(e => e.Parameter)))
        {
            try
            {
                found.Add(make(options));
            }
            catch (ArgumentException e)
            {
                refused.Add(e.Message);
            }
        }
        faults = refused;
        return found;
    }

    private static Func<Type, SweepParameter> Own(string option) => type => SweepParameter.OwnRange(type, option);

    private static IEnumerable<string> Usual(Type options) =>
        from option in OptionProperty.Of(options) where option.SweepRange is { DefaultOrder: > 0 } orderby option.SweepRange!.DefaultOrder select option.Name;

    private SweepSpace Replace(string option, Func<Type, SweepParameter> parameter)
    {
        _entries.RemoveAll(e => e.Option == option);
        _entries.Add((option, parameter));
        return this;
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
