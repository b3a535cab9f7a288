using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>split</c>, <c>rsplit</c> and <c>replace</c>.</summary>
internal static class PythonSplit
{
    /// <param name="text">The text.</param>
    /// <param name="separator">Null for runs of white space, which are dropped at both ends.</param>
    /// <param name="limit">Cuts at most; negative for all.</param>
    public static IEnumerable<string> Split(string text, string? separator, int limit) =>
        separator is null ? Words(text, limit) : Parts(text, separator, limit);

    /// <summary>As <see cref="Split"/>, with the cuts counted from the end.</summary>
    public static IEnumerable<string> SplitFromEnd(string text, string? separator, int limit)
    {
        if (limit < 0) return Split(text, separator, limit);
        List<string> parts = separator is null ? WordsFromEnd(text, limit) : PartsFromEnd(text, separator, limit);
        parts.Reverse();
        return parts;
    }

    /// <summary>
    /// Replaces up to <paramref name="count"/> occurrences, all if it is negative; an empty <paramref name="old"/> is between all characters.
    /// </summary>
    public static string Replace(string text, string old, string replacement, int count, JinjaBudget budget)
    {
        if (old.Length == 0) return Interleave(text, replacement, count, budget);
        var replaced = new StringBuilder();
        int at = 0;
        for (int next; count != 0 && (next = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; count--)
        {
            budget.Spend(1 + (replacement.Length >> 4));
            if (replaced.Length + (long)replacement.Length > budget.Options.MaxTextLength) budget.SpendText(replaced.Length + (long)replacement.Length);
            replaced.Append(text, at, next - at).Append(replacement);
            at = next + old.Length;
        }
        return at == 0 ? text : replaced.Append(text, at, text.Length - at).ToString();
    }

    private static string Interleave(string text, string replacement, int count, JinjaBudget budget)
    {
        budget.SpendText(text.Length + (long)replacement.Length * (text.Length + 1));
        long left = count < 0 ? long.MaxValue : count;
        var interleaved = new StringBuilder();
        foreach (string character in PythonText.Characters(text))
        {
            if (left-- > 0) interleaved.Append(replacement);
            interleaved.Append(character);
        }
        return left > 0 ? interleaved.Append(replacement).ToString() : interleaved.ToString();
    }

    private static IEnumerable<string> Words(string text, int limit)
    {
        for (int at = PythonText.SkipSpace(text, 0), cuts = 0; at < text.Length; cuts++)
        {
            if (cuts == limit)
            {
                yield return PythonText.StripEnd(text[at..]);
                yield break;
            }
            int end = at;
            while (end < text.Length && !PythonText.IsSpace(text[end])) end++;
            yield return text[at..end];
            at = PythonText.SkipSpace(text, end);
        }
    }

    private static IEnumerable<string> Parts(string text, string separator, int limit)
    {
        int at = 0;
        for (int next; limit != 0 && (next = text.IndexOf(separator, at, StringComparison.Ordinal)) >= 0; limit--)
        {
            yield return text[at..next];
            at = next + separator.Length;
        }
        yield return text[at..];
    }

    private static List<string> WordsFromEnd(string text, int limit)
    {
        List<string> words = [];
        string rest = PythonText.StripEnd(text);
        for (; words.Count < limit && rest.Length > 0; rest = PythonText.StripEnd(rest))
        {
            int start = rest.Length;
            while (start > 0 && !PythonText.IsSpace(rest[start - 1])) start--;
            words.Add(rest[start..]);
            rest = rest[..start];
        }
        if (rest.Length > 0) words.Add(PythonText.StripStart(rest));
        return words;
    }

    private static List<string> PartsFromEnd(string text, string separator, int limit)
    {
        List<string> parts = [];
        int end = text.Length;
        for (int at; parts.Count < limit && (at = text.AsSpan(0, end).LastIndexOf(separator)) >= 0; end = at) parts.Add(text[(at + separator.Length)..end]);
        parts.Add(text[..end]);
        return parts;
    }
}
