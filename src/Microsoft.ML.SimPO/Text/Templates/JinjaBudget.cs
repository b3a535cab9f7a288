using System.Runtime.CompilerServices;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Counts what one rendering spends and stops it at the bounds of its <see cref="JinjaOptions"/>.</summary>
internal sealed class JinjaBudget(JinjaOptions options)
{
    private int _depth;

    public JinjaOptions Options => options;

    /// <summary>What was spent so far.</summary>
    public long Steps { get; private set; }

    public void Spend(long steps = 1)
    {
        if ((Steps += steps) > options.MaxSteps)
            throw JinjaException.Limit($"The template takes more than {options.MaxSteps} steps.");
    }

    /// <summary>Accounts for a text before it is made.</summary>
    public void SpendText(long length)
    {
        if (length > options.MaxTextLength)
            throw JinjaException.Limit($"The template makes a text of more than {options.MaxTextLength} characters.");
        Spend(length >> 4);
    }

    /// <summary>Accounts for reading texts: their lengths, and what it may take to look for one in another.</summary>
    public void SpendReading(ReadOnlySpan<object?> values)
    {
        long longest = 0, next = 0;
        foreach (object? value in values)
        {
            if (JinjaValue.AsText(value)?.Length is not int length) continue;
            if (length > longest) (longest, next) = (length, longest);
            else next = Math.Max(next, length);
        }
        Spend((longest + next >> 6) + (Math.Max(0, longest - next) * next >> 13));
    }

    /// <summary>Accounts for an operation on whole numbers whose time is the product of their lengths.</summary>
    public void SpendDigits(long leftBits, long rightBits) => Spend((leftBits >> 5) * (rightBits >> 5) >> 6);

    public string Text(string made)
    {
        SpendText(made.Length);
        return made;
    }

    /// <summary>One level deeper: an evaluation, a call, a nested value. Every call is followed by one of <see cref="Leave"/>.</summary>
    /// <exception cref="JinjaException">RecursionError: deeper than the options allow or than this thread's stack goes.</exception>
    public void Enter()
    {
        if (++_depth > options.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw JinjaException.Recursion();
    }

    public void Leave() => _depth--;
}
