using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>A verdict over two models, or over two answers to each prompt. Rows whose calls failed are in no figure but <see cref="Failed"/>.</summary>
public sealed partial class JudgeResult
{
    internal JudgeResult(IReadOnlyList<JudgedPrompt> judgements) => Judgements = judgements;

    /// <summary>Each prompt with its answers and what was said of them, in the order of the data.</summary>
    public IReadOnlyList<JudgedPrompt> Judgements { get; }

    /// <summary>Prompts that were judged in both orders.</summary>
    public int Count { get; internal init; }

    /// <summary>Prompts of which a call failed, after all retries.</summary>
    public int Failed { get; internal init; }

    /// <summary>Prompts whose answer wins: a <see cref="JudgedPrompt.Preference"/> above a half.</summary>
    public int Wins => Judgements.Count(j => j.Preference > 0.5);

    /// <summary>Prompts whose answers are equally good, or where each wins once: a preference of a half.</summary>
    public int Ties => Judgements.Count(j => j.Preference == 0.5);

    /// <summary>Prompts whose baseline wins.</summary>
    public int Losses => Judgements.Count(j => j.Preference < 0.5);

    /// <summary>The mean preference over the prompts, from 0 to 1: 0.5 is no difference.</summary>
    public double WinRate { get; internal init; }

    /// <summary>Of 95 %, over samples of the prompts with replacement (bootstrap); rows of one prompt are drawn together.</summary>
    public ConfidenceInterval WinRateInterval { get; internal init; }

    /// <summary>
    /// The win rate that there would be if both answers were equally long, from 0 to 1: AlpacaEval 2's logistic regression on tanh of the difference of lengths
    /// in characters over its standard deviation (arXiv 2404.04475), and on the difficulty where a column has it.
    /// </summary>
    public double LengthControlledWinRate { get; internal init; }

    /// <summary>Of 95 %, over the same samples, each with a regression of its own.</summary>
    public ConfidenceInterval LengthControlledInterval { get; internal init; }

    /// <summary>The share of prompts of which the judge says the same in both orders, from 0 to 1. Below 0.7 or so it goes by the place.</summary>
    public double OrderAgreement { get; internal init; }

    /// <summary>Of the comparisons that somebody won, the share that the answer shown first won. NaN where none was won.</summary>
    public double FirstPlaceRate { get; internal init; }

    /// <summary>Mean characters of the answers.</summary>
    public double MeanLength { get; internal init; }

    /// <summary>Mean characters of the baseline's answers.</summary>
    public double MeanBaselineLength { get; internal init; }

    /// <summary>Replies that said neither A, B nor T; they count as ties.</summary>
    public int Unclear { get; internal init; }

    /// <summary>Comparisons whose verdict stood in <see cref="JudgeOptions.CachePath"/>.</summary>
    public int Cached { get; internal init; }

    /// <summary>Calls that failed and were made again.</summary>
    public int Retried { get; internal init; }

    /// <summary>Tokens of the prompts of this run, as the judge counts them; 0 where it does not.</summary>
    public long InputTokens { get; internal init; }

    /// <summary>Tokens of the replies of this run.</summary>
    public long OutputTokens { get; internal init; }

    /// <summary>What this run cost by <see cref="JudgeOptions.InputPrice"/> and <see cref="JudgeOptions.OutputPrice"/>.</summary>
    public double Cost { get; internal init; }

    /// <summary>A row for each prompt: <c>Prompt</c>, <c>Answer</c>, <c>Baseline</c>, <c>ShownFirst</c>, <c>ShownSecond</c>, <c>Preference</c>.</summary>
    public DataFrame ToDataFrame()
    {
        return new DataFrame(
            new StringDataFrameColumn("Prompt", Judgements.Select(j => j.Prompt)),
            new StringDataFrameColumn("Answer", Judgements.Select(j => j.Answer)),
            new StringDataFrameColumn("Baseline", Judgements.Select(j => j.Baseline)),
            Figure("ShownFirst", j => j.ShownFirst), Figure("ShownSecond", j => j.ShownSecond), Figure("Preference", j => j.Preference));

        DoubleDataFrameColumn Figure(string name, Func<JudgedPrompt, double> figure) =>
            new(name, Judgements.Select(j => double.IsNaN(figure(j)) ? (double?)null : figure(j)));
    }

    /// <summary>The figures in a line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Count} prompts: {Wins} won, {Ties} tied, {Losses} lost; win rate {100 * WinRate:F1} % ")
        + FormattableString.Invariant($"({100 * WinRateInterval.Lower:F1} to {100 * WinRateInterval.Upper:F1}), length-controlled ")
        + FormattableString.Invariant($"{100 * LengthControlledWinRate:F1} % ({100 * LengthControlledInterval.Lower:F1} to ")
        + FormattableString.Invariant($"{100 * LengthControlledInterval.Upper:F1}); both orders agree on {100 * OrderAgreement:F1} %")
        + (Failed == 0 ? "" : FormattableString.Invariant($"; {Failed} failed"));
}
