using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The two answers of a judged pair, and the field or fields that say which of them is better.</summary>
/// <param name="First">Field of the first answer.</param>
/// <param name="Second">Field of the second answer.</param>
/// <param name="Verdict">What the judgement is read from.</param>
internal sealed record JudgedFields(string First, string Second, Verdict Verdict)
{
    private static readonly string[] Answers =
    [
        "response", "answer", "completion", "output", "conversation", "generation", "candidate", "origresponse", "humanref", "summary", "text", "chat", "conv",
    ];

    private static readonly (string First, string Second, string Third)[] Endings = [("1", "2", "3"), ("a", "b", "c"), ("0", "1", "2")];

    // Their documentation: below 0 the first answer is better, above 0 the second.
    private static readonly string[] Signs = ["overallpreference", "preferencestrength"];

    private static readonly string[] Names =
    [
        "winner", "betterresponseid", "betteranswerid", "preference", "origpreference", "humanpreference", "preferred", "preferredresponse", "choice",
        "verdict", "judgment", "judgement", "vote", "label", "labels", "winnermodel", "better", "best", "saferresponseid",
    ];

    /// <summary>The fields of a judged pair, or null where there are none. <paramref name="unclear"/> is a verdict whose values do not tell.</summary>
    public static JudgedFields? Find(FieldLookup fields, out (string First, string Second, string Verdict)? unclear)
    {
        unclear = null;
        foreach (string answer in Answers)
        {
            foreach ((string a, string b, string c) in Endings)
            {
                if (fields.Find(answer + a) is not { } first || fields.Find(answer + b) is not { } second || fields.Find(answer + c) is not null) continue;
                if (FindVerdict(fields, answer, a, b, out string? found) is { } verdict) return new JudgedFields(first, second, verdict);
                if (found is not null) unclear ??= (first, second, found);
            }
        }
        return null;
    }

    private static Verdict? FindVerdict(FieldLookup fields, string answer, string a, string b, out string? found)
    {
        found = null;
        if (Signs.Select(fields.Find).FirstOrDefault(name => name is not null && fields.All(name, Verdict.IsNumber)) is { } sign)
            return new Verdict(VerdictKind.Sign, [sign], answer, a, b);
        (string First, string Second)? flags = fields.Find(
            [($"winnermodel{a}", $"winnermodel{b}"), ($"winner{a}", $"winner{b}"), ($"winner{answer}{a}", $"winner{answer}{b}")]);
        if (flags is { } won) return new Verdict(VerdictKind.Flags, [won.First, won.Second], answer, a, b);
        // SHP: 1 where the first of its two answers is preferred.
        if (answer == "humanref" && fields.Find("labels") is { } label) return new Verdict(VerdictKind.FirstIsOne, [label], answer, a, b);
        foreach (string name in Names.Select(fields.Find).OfType<string>())
        {
            var verdict = new Verdict(VerdictKind.Name, [name], answer, a, b);
            if (fields.All(name, value => verdict.ReadName(value) is not null)) return verdict;
            if (fields.Values(name).Any(value => value.Kind is FieldKind.Number or FieldKind.Text)) found ??= name;
        }
        (string First, string Second)? scores = fields.Find(
            [($"score{a}", $"score{b}"), ($"{answer}{a}score", $"{answer}{b}score"), ($"{answer}{a}rating", $"{answer}{b}rating"),
            ($"rating{a}", $"rating{b}"), ($"reward{a}", $"reward{b}")]);
        return scores is { } both && fields.All(both.First, Verdict.IsNumber) && fields.All(both.Second, Verdict.IsNumber)
            ? new Verdict(VerdictKind.Scores, [both.First, both.Second], answer, a, b)
            : null;
    }
}
