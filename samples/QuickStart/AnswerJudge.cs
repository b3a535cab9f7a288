using System.Text.Json;
using System.Text.RegularExpressions;

namespace QuickStart;

/// <summary>Judges answers to the sample's own test prompts: their style by its markers, their facts by the strings they must hold.</summary>
internal sealed class AnswerJudge
{
    private readonly string[] _preferred, _dispreferred;
    private readonly string[][] _facts;

    public AnswerJudge(string markersFile, string testFile)
    {
        JsonElement markers = JsonDocument.Parse(File.ReadAllBytes(markersFile)).RootElement;
        _preferred = Strings(markers.GetProperty("preferred"));
        _dispreferred = Strings(markers.GetProperty("dispreferred"));
        _facts = [.. File.ReadLines(testFile).Select(line => Strings(JsonDocument.Parse(line).RootElement.GetProperty("facts")))];
    }

    /// <summary>The share of answers with a marker of the preferred style and none of the other.</summary>
    public double PreferredStyle(IReadOnlyList<string> answers) => answers.Average(a => IsPreferred(a) ? 1.0 : 0);

    /// <summary>The share of answers that hold all facts of their prompt.</summary>
    public double Facts(IReadOnlyList<string> answers) => answers.Select((a, i) => _facts[i].All(f => Holds(a, f)) ? 1.0 : 0).Average();

    /// <summary>1 for the preferred style, 0 for the other, and a half where neither, or both, can be told.</summary>
    public double Style(string answer) => (1 + (Has(_preferred, answer) ? 1 : 0) - (Has(_dispreferred, answer) ? 1 : 0)) / 2.0;

    private bool IsPreferred(string answer) => Has(_preferred, answer) && !Has(_dispreferred, answer);

    private static bool Has(string[] markers, string answer) => markers.Any(m => answer.Contains(m, StringComparison.OrdinalIgnoreCase));

    /// <summary>As a word of its own: no letter or digit right before or after it.</summary>
    private static bool Holds(string answer, string fact) =>
        Regex.IsMatch(answer, $"(?<![0-9a-z]){Regex.Escape(fact)}(?![0-9a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(s => s.GetString()!)];
}
