using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How a chat model judges the answers of two models.</summary>
public sealed class JudgeOptions
{
    /// <summary>The column of prompts. Default <c>Prompt</c>.</summary>
    public string PromptColumnName { get; set; } = "Prompt";

    /// <summary>The column of the answers that are judged, where the data have answers. Default <c>Answer</c>.</summary>
    public string AnswerColumnName { get; set; } = "Answer";

    /// <summary>The column of the answers that they are judged against. Default <c>Baseline</c>.</summary>
    public string BaselineColumnName { get; set; } = "Baseline";

    /// <summary>
    /// A column of numbers that say how hard each prompt is, as the one that AlpacaEval 2 takes from its leaderboard; it enters the length-controlled win rate.
    /// Null, the default, for none.
    /// </summary>
    public string? DifficultyColumnName { get; set; }

    /// <summary>So many rows, the first, are judged. At least 1; null, the default, for all.</summary>
    public int? MaxPrompts { get; set; }

    /// <summary>How models answer. Null, the default, for each model's own suggestion, but greedy and with at most 1,024 tokens.</summary>
    public GenerationOptions? Generation { get; set; }

    /// <summary>
    /// What the judge is told. It is then shown the prompt with both answers, named A and B, and replies with A, B, or T for neither. Default: to choose the
    /// answer that is more helpful, right and to the point, whatever its length.
    /// </summary>
    public string Instruction { get; set; } =
        "You compare two answers to one request. Say which is better: more helpful, right and to the point, whatever its length. "
        + "Reply with a single letter: A, B, or T where neither is better.";

    /// <summary>
    /// A file that keeps every verdict by its content (judge, instruction, prompt, answers), a line of JSON each: what stands there is not asked again, so that
    /// a run which was broken off goes on, and a repeated one costs nothing. Null, the default, for none.
    /// </summary>
    public string? CachePath { get; set; }

    /// <summary>How often a call that failed is made again, after 1, 2, 4 ... seconds. 0 or more; default 3.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>Calls at a time. At least 1; default 4.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>What a million tokens of prompts cost, in any currency. 0 or more; default 0.</summary>
    public double InputPrice { get; set; }

    /// <summary>What a million tokens of replies cost. 0 or more; default 0.</summary>
    public double OutputPrice { get; set; }

    /// <summary>Samples of the prompts that intervals are made of (bootstrap). At least 100; default 1,000.</summary>
    public int Resamples { get; set; } = 1000;

    /// <summary>Where the random numbers of the samples begin; null, the default, takes the seed of the <see cref="MLContext"/>.</summary>
    public int? Seed { get; set; }

    /// <summary>Waits before a call is made again.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Wait { get; set; } = Task.Delay;

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Judge", this);

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate(string parameter)
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), parameter);
    }

    private IEnumerable<string> Faults()
    {
        if (MaxPrompts < 1) yield return Fault(nameof(MaxPrompts), "at least 1", MaxPrompts.Value, "Use 100, or null for all.");
        if (Retries < 0) yield return Fault(nameof(Retries), "0 or more", Retries, "Use 3.");
        if (Concurrency < 1) yield return Fault(nameof(Concurrency), "at least 1", Concurrency, "Use 4.");
        if (Resamples < 100) yield return Fault(nameof(Resamples), "at least 100", Resamples, "Use 1000.");
        foreach ((string name, double price) in new[] { (nameof(InputPrice), InputPrice), (nameof(OutputPrice), OutputPrice) })
            if (!(price >= 0 && double.IsFinite(price))) yield return Fault(name, "0 or more", price, "Use the price of a million tokens.");
        if (string.IsNullOrWhiteSpace(Instruction)) yield return $"`{nameof(Instruction)}` must say what the judge does, but was empty. Leave it as it is.";
        if (CachePath is { } path && string.IsNullOrWhiteSpace(path)) yield return $"`{nameof(CachePath)}` must name a file, but was empty. Use null for none.";
    }

    private static string Fault(string name, string range, double value, string advice) =>
        FormattableString.Invariant($"`{name}` must be {range}, but was {value}. {advice}");
}
