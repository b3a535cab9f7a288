namespace Microsoft.ML.SimPO;

/// <summary>A prompt with two answers, and what a judge said of them.</summary>
public sealed class JudgedPrompt
{
    internal JudgedPrompt(string prompt, string answer, string baseline) => (Prompt, Answer, Baseline) = (prompt, answer, baseline);

    /// <summary>The prompt.</summary>
    public string Prompt { get; }

    /// <summary>The answer that is judged.</summary>
    public string Answer { get; }

    /// <summary>What it is judged against.</summary>
    public string Baseline { get; }

    /// <summary>
    /// What the answer gets where it is shown first: 1 where the judge prefers it, 0 where it prefers the other, 0.5 for neither. NaN where the call failed.
    /// </summary>
    public double ShownFirst { get; internal init; }

    /// <summary>The same where it is shown second.</summary>
    public double ShownSecond { get; internal init; }

    /// <summary>The mean of both orders, from 0 to 1. NaN where a call failed.</summary>
    public double Preference => (ShownFirst + ShownSecond) / 2;
}
