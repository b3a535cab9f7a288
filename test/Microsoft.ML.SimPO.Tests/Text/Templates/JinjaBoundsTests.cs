using System.Text.Json;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

/// <summary>A template from a stranger ends with a clear error, soon, whatever it tries.</summary>
public sealed class JinjaBoundsTests
{
    /// <summary>
    /// What a template may make in memory: so much for a character, whose tokens and nodes are made, and for a step, which stands for 16 characters copied;
    /// besides, the trace of an error, which has a thousand levels where it is one of recursion.
    /// </summary>
    private const long FreeBytes = 8 << 20, BytesOfACharacter = 2_000, BytesOfAStep = 1_000;

    private static readonly Dictionary<string, object?> Variables =
        new() { ["x"] = "text", ["n"] = new[] { 1, 2, 3 }, ["d"] = new Dictionary<string, object?> { ["k"] = 1 } };

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ 'a' * 10 ** 12 }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ [0] * 10 ** 12 }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ 9 ** 99999 }}", "The template makes an integer of more than 65536 bits.")]
    [InlineData("{% set big = 10 ** 4000 %}{% for i in range(100000) %}{% set text = big|string %}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% set big = 2 ** 65000 %}{% for i in range(100000) %}{% set text = '%x' % big %}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ 'x'.center(10 ** 10) }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ '%999999999d' % 1 }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ '{:999999999}'.format(1) }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ '%.9999f' % 1.5 }}", "The template formats a number with more than 1000 digits.")]
    [InlineData("{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}", "The template writes more than 8388608 characters.")]
    [InlineData("{{ n|batch(10 ** 9, 'x')|list }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ n|slice(10 ** 9)|list }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ ('a' * 3000000)|replace('a', 'bbbbbbbb') }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{{ ('a\\n' * 3000000)|indent(1000) }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{% set ns = namespace(l=()) %}{% for i in range(90000) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}",
        "The template uses a tuple of more than 1000 values as a key.")]
    [InlineData("{% set ns = namespace(t=()) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}{{ {ns.t: 1} }}",
        "The template uses a tuple of more than 1000 values as a key.")]
    [InlineData("{% set ns = namespace(t=[]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t }}",
        "The template takes more than 2500000 steps.")]
    [InlineData("{% set ns = namespace(t=[]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.t|tojson }}",
        "The template takes more than 2500000 steps.")]
    [InlineData("{% set ns = namespace(t=[], u=[]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% set ns.u = [ns.u, ns.u] %}{% endfor %}{{ ns.t "
        + "== ns.u }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ (n * 300000)|groupby('x')|list }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ (n * 300000)|sort(attribute='x')|list }}", "The template takes more than 2500000 steps.")]
    [InlineData("{{ '\\t'.expandtabs(10 ** 9) }}", "The template makes a text of more than 8388608 characters.")]
    [InlineData("{% for i in range(20000) %}{% set x = 7 ** 23000 %}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% for i in range(20000) %}{% set x = (7 ** 11000) * (7 ** 11000) %}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% set s = '\ud83d\ude00' * 2000000 %}{% for i in range(100000) %}{{ s[i] }}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% set s = '\ud83d\ude00' * 2000000 %}{% for i in range(100000) %}{{ s|length }}{% endfor %}", "The template takes more than 2500000 steps.")]
    [InlineData("{% set a = 'a' * 3000000 %}{% set b = 'a' * 3000000 %}{% for i in range(100000) %}{% if a == b %}{% endif %}{% endfor %}",
        "The template takes more than 2500000 steps.")]
    [InlineData("{% set a = 'a' * 1000000 ~ 'b' ~ 'a' * 1000000 %}{{ a in 'a' * 4000000 }}", "The template takes more than 2500000 steps.")]
    public void Work_and_text_are_bounded(string template, string expected)
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(Variables));
        Assert.Equal(JinjaException.ResourceLimitError, error.ErrorClass);
        Assert.Equal(expected, error.Detail);
    }

    [Theory]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(5000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}")]
    [InlineData("{% set a = namespace(l=[]) %}{% set b = namespace(l=[]) %}{% for i in range(5000) %}{% set a.l = [a.l] %}{% set b.l = [b.l] %}{% endfor %}{{ "
        + "a.l == b.l }}")]
    [InlineData("{% set ns = namespace(g=n) %}{% for i in range(5000) %}{% set ns.g = ns.g|map('string') %}{% endfor %}{{ ns.g|list }}")]
    [InlineData("{% for x in [n] recursive %}{{ loop([n]) }}{% endfor %}")]
    public void Recursion_ends_as_in_Python(string template)
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(Variables));
        Assert.Equal("RecursionError", error.ErrorClass);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("{'a':", "}")]
    [InlineData("n[", "]")]
    [InlineData("f(", ")")]
    [InlineData("1 if 1 else ", "")]
    [InlineData("1 is eq ", "")]
    public void Nested_expressions_are_bounded(string open, string close)
    {
        string template = "{{ " + string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000)) + " }}";
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template));
        Assert.Equal("TemplateSyntaxError", error.ErrorClass);
    }

    [Theory]
    [InlineData("{% if x %}")]
    [InlineData("{% for i in n %}")]
    [InlineData("{% macro m() %}")]
    [InlineData("{% filter upper %}")]
    [InlineData("{% generation %}")]
    public void Nested_blocks_are_bounded(string tag)
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(string.Concat(Enumerable.Repeat(tag, 20_000))));
        Assert.Equal("TemplateSyntaxError: The template nests more than 100 levels deep. (line 1)", error.Message);
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" * 1")]
    [InlineData(" ** 1")]
    [InlineData(" and 1")]
    [InlineData(" or 1")]
    [InlineData(".a")]
    [InlineData("[0]")]
    [InlineData("()")]
    [InlineData("|string")]
    [InlineData(" if 1")]
    public void Chains_are_bounded(string link)
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("{{ x" + string.Concat(Enumerable.Repeat(link, 50_000)) + " }}"));
        Assert.Equal("TemplateSyntaxError: The template chains more than 500 operators. (line 1)", error.Message);
    }

    [Fact]
    public void A_template_has_at_most_a_million_characters()
    {
        JinjaException error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(new string('a', (1 << 20) + 1)));
        Assert.Equal("ResourceLimitError: The template has more than 1048576 characters.", error.Message);
    }

    [Fact]
    public void A_small_stack_ends_a_recursion_too()
    {
        Exception? caught = null;
        var thread = new Thread(
            () => caught = Record.Exception(() => JinjaTemplate.Parse("{% macro f(n) %}{{ (f(n + 1)) ~ [f(n)] }}{% endmacro %}{{ f(0) }}")
                .Render(Variables, new JinjaOptions { MaxDepth = 1_000_000 })),
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal("RecursionError", Assert.IsType<JinjaException>(caught).ErrorClass);
    }

    [Fact]
    public void Nothing_of_NET_can_be_reached()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => JinjaTemplate.Parse("{{ v }}").Render(new Dictionary<string, object?> { ["v"] = new Uri("http://localhost") }));
        Assert.StartsWith(
            "A variable of the template is of type Uri. Pass strings, numbers, bools, lists, dictionaries or JSON.", error.Message, StringComparison.Ordinal);
        Assert.Equal("|||", JinjaTemplate.Parse("{{ x.Length }}|{{ x.GetType }}|{{ n.Count }}|{{ d.Keys }}").Render(Variables));
    }

    [Theory]
    [InlineData(2_000)]
    public void Mutated_templates_render_or_fail_clearly(int count) => Mutate(count, seed: 6);

    [Theory]
    [InlineData(20_000)]
    [Trait("Category", "Long")]
    public void Many_mutated_templates_render_or_fail_clearly(int count) => Mutate(count, seed: 7);

    private static void Mutate(int count, int seed)
    {
        var random = new Random(seed);
        string[] templates = [.. Goldens("jinja_features.jsonl"), .. Goldens("templates.jsonl")];
        int rendered = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            string template = JinjaMutator.Mutate(templates, random);
            var budget = new JinjaBudget(JinjaOptions.Default);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception? error = Record.Exception(() => JinjaTemplate.Parse(template).Render(JinjaMutator.Variables, budget));
            long made = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(error is null or JinjaException, $"{error}\n{template}");
            // What is made beyond what was paid for is work that no bound stops.
            long paid = FreeBytes + (BytesOfACharacter * template.Length) + (BytesOfAStep * budget.Steps);
            Assert.True(made <= paid, $"{made} bytes were made with {budget.Steps} steps, {paid} allowed: {template}");
            _ = error is null ? rendered++ : refused++;
        }
        Assert.InRange(rendered, count / 50, count);
        Assert.InRange(refused, count / 10, count);
    }

    private static IEnumerable<string> Goldens(string name) => Parity.GoldenFile.ReadLines(Path.Combine(Parity.GoldenCases.OwnRoot, "templates", name))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("template").GetString()!);
}
