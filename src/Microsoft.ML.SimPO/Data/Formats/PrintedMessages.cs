using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// Messages that a program printed into a text. They are read where a whole column has them, and never are the words of a user or an assistant.
/// </summary>
internal static partial class PrintedMessages
{
    /// <summary>What is wrong with a text that is to be taken as it stands; null for nothing.</summary>
    public static RowFault? Check(string text, string field)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        bool mayBe = start is ['[' or '{' or '(' or '-', ..]
            || (start is [var first, ..] && char.IsAsciiLetter(first) && start[..Math.Min(start.Length, 40)].Contains('('));
        if (!mayBe || !Beginning().IsMatch(text[..Math.Min(text.Length, 200)]) || !JsonText.TryParse(text).IsNull) return null;
        return RowFault.Malformed($"`{field}` must be text or messages as JSON, but holds messages as a program printed them: `{Excerpt.Of(text)}`. " +
            "Write the column as JSON, as `json.dumps` does.");
    }

    /// <summary>Whether the text is a list of one text by Python's <c>repr</c>.</summary>
    public static bool IsListOfOneText(string text) =>
        text.AsSpan().TrimStart() is ['[', '\'' or '"', ..] && JsonText.TryParse(text).IsNull
            && PrintedText.TryParse(text) is { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text }] };

    // Python and DuckDB: `[{'role': ...`, also behind another field; Presto: `[{role=user, ...`; Spark's maps: `{role -> user, ...`, its structs:
    // `[{user, ...`, of old `[[user, ...`; Postgres: `{"(user,...`; Ruby: `[{"role"=>...`, `{:role=>...`; JavaScript: `[ { role: '...`, `[object Object]`;
    // classes of Python: `[Message(role=...`, `Row(role=...`, `OrderedDict([('role', ...`; YAML: `[{role: user, ...`, `- role: user`; Go: `[{user ...`,
    // `[{Role:user ...`; Rust and C#: `[Message { role: ...`, `[Message { Role = ...`; R: `list(list(role = ...`.
    [GeneratedRegex(
        """
        ^\s*(\[\s*|\(\s*|array\(\s*\[\s*)?(?:
          \{\s*(?:['"]\w+['"]\s*:\s*[^,{}\[\]]{0,60},\s*)?['"](?:role|content|from|value)['"]\s*(?::|=>)
          | \{\s*:?(?:role|content|from|value)\s*(?:=|->|=>|:\s*['"`])
          | \{\s*(?:system|user|assistant|human|gpt)\s*,
          | (?<=\[\s*)\[\s*(?:system|user|assistant|human|gpt)\s*,
          | \{\s*"\((?:system|user|assistant|human|gpt)\s*,
          | (?:\w+\.)*\w*(?:Row|Message|Turn|Struct|dict|Dict)\w*\(\s*(?:\[\s*\(\s*['"])?(?:role|content|from|value)\b
          | \[?object\ Object\]
          | \{\s*(?i:role)\s*:\s*(?:system|user|assistant|human|gpt|tool)\b
          | (?<=\[\s*)\{\s*(?:system|user|assistant|human|gpt)\s
          | (?<=\[\s*)\w*(?:Message|Turn)\w*\s*\{\s*(?i:role)\s*[:=]
          | list\(\s*list\(\s*role\s*=
          | -\s+['"]?role['"]?\s*:\s*['"]?(?:system|user|assistant|human|gpt)\b)
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Beginning();
}
