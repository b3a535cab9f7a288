using System.Reflection;

namespace Microsoft.ML.SimPO;

/// <summary>The options that a sweep searches, each with its range or its values. Adding an option again replaces it.</summary>
public sealed class SweepSpace
{
    private readonly List<SweepParameter> _parameters = [];

    /// <summary>Learning rate, beta and gamma_beta_ratio in the ranges that their <see cref="SweepRangeAttribute"/> gives.</summary>
    public static SweepSpace Default => Of(nameof(SimPOTrainer.Options.LearningRate), nameof(SimPOTrainer.Options.Beta), nameof(SimPOTrainer.Options.GammaBetaRatio));

    internal IReadOnlyList<SweepParameter> Parameters => _parameters;

    /// <summary>Options in the ranges that their <see cref="SweepRangeAttribute"/> gives.</summary>
    /// <param name="options">Names of properties of <see cref="SimPOTrainer.Options"/>, or of its own options, such as "Lora.Rank".</param>
    /// <exception cref="ArgumentException">There is no such option, or it has no such attribute.</exception>
    public static SweepSpace Of(params string[] options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var space = new SweepSpace();
        foreach (string option in options)
        {
            SweepRangeAttribute range = SweepParameter.Path(option).Last().GetCustomAttribute<SweepRangeAttribute>()
                ?? throw new ArgumentException($"`{option}` is no option that has a range of its own. Use Add.", nameof(options));
            space.Add(option, range.Minimum, range.Maximum, range.LogScale);
        }
        return space;
    }

    /// <summary>Searches a number in a range.</summary>
    /// <param name="option">A property of <see cref="SimPOTrainer.Options"/> that is a number, or one of its own options', such as "Lora.Rank".</param>
    /// <param name="minimum">The least value.</param>
    /// <param name="maximum">The greatest value.</param>
    /// <param name="logScale">Whether values are spread evenly on a logarithmic scale.</param>
    /// <param name="gridPoints">How many values a grid takes, both ends among them; at least 2. Default 3.</param>
    /// <exception cref="ArgumentException">There is no such option, it is no number, or the range is empty.</exception>
    public SweepSpace Add(string option, double minimum, double maximum, bool logScale = false, int gridPoints = 3) =>
        Replace(SweepParameter.Range(option, minimum, maximum, logScale, gridPoints));

    /// <summary>Searches an option among some values.</summary>
    /// <param name="option">A property of <see cref="SimPOTrainer.Options"/>.</param>
    /// <param name="values">Values of its type; numbers of other types are converted, and enum values may be given by name.</param>
    /// <exception cref="ArgumentException">There is no such option, no value, or one of another type.</exception>
    public SweepSpace AddChoice(string option, params object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Replace(SweepParameter.Choice(option, values));
    }

    private SweepSpace Replace(SweepParameter parameter)
    {
        _parameters.RemoveAll(p => p.Name == parameter.Name);
        _parameters.Add(parameter);
        return this;
    }
}
