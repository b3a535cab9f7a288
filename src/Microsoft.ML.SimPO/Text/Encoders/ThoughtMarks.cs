namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What stands around a thought in a text: one model or another has other marks.</summary>
/// <param name="Opening">Before it.</param>
/// <param name="End">Behind it.</param>
internal sealed record ThoughtMarks(string Opening, string End)
{
    private static readonly ThoughtMarks[] Known =
    [
        new("<think>", "</think>"), new("<thinking>", "</thinking>"), new("<thought>", "</thought>"), new("<reasoning>", "</reasoning>"),
        new("<seed:think>", "</seed:think>"), new("[THINK]", "[/THINK]"), new("◁think▷", "◁/think▷"), new("<|begin_of_thought|>", "<|end_of_thought|>"),
        new("<|START_THINKING|>", "<|END_THINKING|>"),
    ];

    /// <summary>What stands before a thought, of all that are known.</summary>
    public static IEnumerable<string> Openings => Known.Select(marks => marks.Opening);

    /// <summary>The marks of a thought that a header leaves open, and what stands before it; null where it opens none.</summary>
    public static (ThoughtMarks Marks, string Before)? OpenedBy(string head)
    {
        string bare = head.TrimEnd();
        return Array.Find(Known, marks => bare.EndsWith(marks.Opening, StringComparison.Ordinal)) is { } found ? (found, bare[..^found.Opening.Length]) : null;
    }

    /// <summary>Whether a message has a thought, in a field or inside its content.</summary>
    public static bool AnyIn(Message message) => Known.Any(marks => marks.ThoughtOf(message) is not null);

    /// <summary>The thought of a field, or of content that has one inside; null for none.</summary>
    public string? ThoughtOf(Message message) => message.Thought is { Length: > 0 } thought ? thought.Trim('\n') : Inside(message.Content)?.Thought.Trim('\n');

    /// <summary>Thought, its end and the answer as they follow what a header opens.</summary>
    /// <param name="message">Whose thought it is.</param>
    /// <param name="body">What the template writes of the message where its turn begins, with the thought or without.</param>
    /// <param name="onLines">Whether the header ends its line, so that the thought stands on lines of its own.</param>
    public string Behind(Message message, string body, bool onLines)
    {
        string thought = ThoughtOf(message) ?? "";
        body = (body.StartsWith(Opening, StringComparison.Ordinal) ? body[Opening.Length..] : body).TrimStart('\n');
        if (body.StartsWith(thought, StringComparison.Ordinal) && body.Contains(End, StringComparison.Ordinal)) return body;
        if (onLines) return $"{thought}\n{End}\n\n{body}";
        // Where nothing says how it is set, as the data have it.
        return message.Thought is null && Inside(message.Content) is var (own, gap) ? $"{own}{End}{gap}{body}" : $"{thought}{End}{body}";
    }

    /// <summary>The thought that content has inside, and the white space behind its end.</summary>
    private (string Thought, string Gap)? Inside(string content)
    {
        int end = content.IndexOf(End, StringComparison.Ordinal);
        if (end < 0) return null;
        string inside = content[..end], rest = content[(end + End.Length)..];
        int start = inside.LastIndexOf(Opening, StringComparison.Ordinal);
        return (start < 0 ? inside : inside[(start + Opening.Length)..], rest[..^rest.TrimStart().Length]);
    }
}
