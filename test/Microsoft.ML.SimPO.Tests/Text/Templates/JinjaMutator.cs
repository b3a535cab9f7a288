using System.Text;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Damages templates: cuts, doubles, swaps and inserts pieces of them.</summary>
internal static class JinjaMutator
{
    private static readonly string[] Pieces =
    [
        "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "'", "\"", "\\", "=", "==", " in ", " is ", " not ",
        " if ", " else ", "for ", "endfor", "endif",
        "{% for x in messages %}", "{% endfor %}", "{% if x %}", "{% endif %}", "{% set x = x ~ x %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "range(99999)", "|tojson", "|list", "|map('upper')",
        "loop", "namespace()", "* 999999", "** 9", "\0", "\uD83D", "😀", "é", "[::-1]", "10**9", "{% raw %}", "{% break %}", "recursive", "loop(x)", "%}\n",
        "'%s' % ", ".format(", "|join", "messages",
    ];

    public static IReadOnlyDictionary<string, object?> Variables { get; } = new Dictionary<string, object?>
    {
        ["messages"] = new[] { new Message("system", "Be brief."), new Message("user", "Hi 😀"), new Message("assistant", "Ho") },
        ["add_generation_prompt"] = true,
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["n"] = new[] { 3, 1, 2 },
        ["s"] = " aBc dEf ",
        ["d"] = new Dictionary<string, object?> { ["b"] = 2, ["a"] = new object?[] { 1, null, true } },
        ["tools"] = null,
    };

    public static string Mutate(string[] templates, Random random)
    {
        var text = new StringBuilder(templates[random.Next(templates.Length)]);
        for (int changes = random.Next(1, 6); changes > 0; changes--) Change(text, templates, random);
        return text.ToString();
    }

    private static void Change(StringBuilder text, string[] templates, Random random)
    {
        int at = random.Next(text.Length + 1), length = Math.Min(random.Next(1, 12), text.Length - at);
        switch (random.Next(6))
        {
            case 0: text.Remove(at, length); break;
            case 1: text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
            case 2: text.Insert(at, text.ToString(at, length)); break;
            case 3: text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]); break;
            case 4: text.Insert(at, templates[random.Next(templates.Length)]); break;
            default: text.Insert(at, string.Concat(Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(2, 200)))); break;
        }
    }
}
