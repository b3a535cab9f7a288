using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The prompts that a pass over data gave, whatever their order: what was dealt out in one pass is wrong for the rows of another that gives others, and nobody
/// would see it.
/// </summary>
internal sealed class PromptPass
{
    private const string WhatToDo = "Cache it, or load it from a source that does not change.";

    private long _rows;
    private UInt128 _sum;

    /// <summary>Takes note of each prompt on its way.</summary>
    public IEnumerable<string> Note(IEnumerable<string> prompts)
    {
        foreach (string prompt in prompts)
        {
            Note(TextKey.OfPrompt(prompt));
            yield return prompt;
        }
    }

    public void Note(UInt128 key)
    {
        _rows++;
        _sum += key;
    }

    /// <summary>Fails where this pass, which is at its end, gave other rows than the one that was dealt out.</summary>
    /// <exception cref="InvalidOperationException">It did.</exception>
    public void CheckEqual(PromptPass dealt)
    {
        if (_rows != dealt._rows)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"The data gives other rows each time it is read: {dealt._rows} when prompts were dealt out, and {_rows} now. ") + WhatToDo);
        }
        if (_sum == dealt._sum) return;
        throw new InvalidOperationException(FormattableString.Invariant(
            $"The data gives other rows each time it is read: {_rows} as when prompts were dealt out, but of other prompts. ") + WhatToDo);
    }

    /// <summary>The error for a prompt that was not among those that were dealt out.</summary>
    public static InvalidOperationException Unknown(string prompt) => new(
        $"The data gives other rows each time it is read: the prompt '{Excerpt.Of(prompt)}' was not among those that were dealt out. {WhatToDo}");
}
