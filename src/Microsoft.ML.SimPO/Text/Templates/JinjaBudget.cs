using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Counts what one rendering spends and stops it at the bounds of its <see cref="JinjaOptions"/>.</summary>
internal sealed class JinjaBudget(JinjaOptions options)
{
    private long _steps;
    private int _depth;

    public JinjaOptions Options => options;

    public void Spend(long steps = 1)
    {
        if ((_steps += steps) > options.MaxSteps)
            throw JinjaException.Limit($"The template takes more than {options.MaxSteps} steps.");
    }

    /// <summary>Accounts for a text before it is made.</summary>
    public void SpendText(long length)
    {
        if (length > options.MaxTextLength)
            throw JinjaException.Limit($"The template makes a text of more than {options.MaxTextLength} characters.");
        Spend(length >> 4);
    }

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
