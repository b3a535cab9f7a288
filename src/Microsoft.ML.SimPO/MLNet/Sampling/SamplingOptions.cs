using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How several answers to each prompt are sampled, one for each seed.</summary>
public sealed class SamplingOptions
{
    /// <summary>The column of prompts. Default <c>Prompt</c>.</summary>
    public string PromptColumnName { get; set; } = "Prompt";

    /// <summary>So many prompts, the first, are answered. At least 1; null, the default, for all.</summary>
    public int? MaxPrompts { get; set; }

    /// <summary>Where the random numbers of each answer begin. At least one, each once; default 13, 21, 42, 79 and 100, as in the recipes of SimPO.</summary>
    public IReadOnlyList<int> Seeds { get; set; } = [13, 21, 42, 79, 100];

    /// <summary>
    /// How answers are sampled; its seed is not used. Null, the default, for the temperature 0.8, the top-p 0.95 and the at most 4,096 new tokens of the
    /// recipes of SimPO. <see cref="GenerationOptions.Sample"/> must be true.
    /// </summary>
    public GenerationOptions? Generation { get; set; }

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Sampling of answers", this);

    internal GenerationOptions Sampling => Generation ?? GenerationOptions.OfRecipes;

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate(string parameter)
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), parameter);
        Sampling.Validate(parameter);
    }

    private IEnumerable<string> Faults()
    {
        if (MaxPrompts < 1) yield return FormattableString.Invariant($"`{nameof(MaxPrompts)}` must be at least 1, but was {MaxPrompts}. Use null for all.");
        if (Seeds.Count == 0) yield return $"`{nameof(Seeds)}` must have at least one seed, but was empty. Use 13, 21, 42, 79, 100.";
        if (Seeds.Distinct().Count() < Seeds.Count)
            yield return $"`{nameof(Seeds)}` must be different, for equal ones give equal answers, but were {string.Join(", ", Seeds)}.";
        if (!Sampling.Sample) yield return $"`{nameof(Generation)}` must sample, for greedy answers to one prompt are equal. Set `Sample`.";
    }
}
