using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Names that a body sets, as Jinja2 3.1.6 compiles them; what is expected was printed by it.</summary>
public sealed class JinjaNamesTests
{
    [Theory]
    [InlineData("{% for m in list %}{{ x }}|{{ x is defined }};{% endfor %}{% set x = 1 %}{{ x }}", "|False;1")]
    [InlineData("{% if true %}{% for m in list %}{{ x }}{% endfor %}{% set x = 1 %}{{ x }}{% endif %}{{ x }}", "ctx11")]
    [InlineData("{{ x }}{% for m in list %}{{ x }}{% endfor %}{% set x = 1 %}{{ x }}", "ctxctx1")]
    [InlineData("{% set x = x ~ 1 %}{% for m in list %}{{ x }}{% endfor %}", "ctx1")]
    [InlineData("{% macro f() %}{{ x }}{% endmacro %}{{ f() }}{% set x = 3 %}{{ f() }}", "3")]
    [InlineData("{% macro f(a=x) %}{{ a }}{% endmacro %}{{ f() }}{% set x = 3 %}{{ f() }}", "3")]
    [InlineData("{% filter upper %}{{ x }}{% endfilter %}{% set x = 'q' %}{{ x }}", "q")]
    [InlineData("{% for m in list if x %}{{ m }}{% endfor %}{% set x = 0 %}", "")]
    [InlineData("{% for m in list %}{{ loop.index }}{{ x }}{% endfor %}{% set x %}block{% endset %}{{ x }}", "1block")]
    [InlineData("{% with x = 4 %}{{ x }}{% for m in list %}{{ x }}{% endfor %}{% endwith %}{{ x }}{% set x = 5 %}{{ x }}", "44ctx5")]
    [InlineData("{% for m in list %}{% for k in list %}{{ x }},{% endfor %}{% set x = m %}{{ x }}{% endfor %}", ",a")]
    [InlineData("{% for m in list %}{{ x }}{% endfor %}{% if x2 %}{% set x = 1 %}{% elif true %}{% set x = 2 %}{% else %}{% set x = 3 %}{% endif %}{{ x }}",
        "ctx2")]
    [InlineData("{% for m in list %}{{ x }}{% endfor %}{% if true %}{% set x = 1 %}{% else %}{% set x = 3 %}{% endif %}{{ x }}", "ctx1")]
    [InlineData("{{ {'a': 1, 'b': 'x\"<', 'n': none}|xmlattr }}|", " a=\"1\" b=\"x&#34;&lt;\"|")]
    [InlineData("{{ {'a': 1, 'u': missing}|xmlattr(false) }}|{{ {}|xmlattr }}|", "a=\"1\"||")]
    public void A_name_that_is_set_first_is_undefined_until_then(string template, string expected)
    {
        var variables = new Dictionary<string, object?> { ["x"] = "ctx", ["list"] = new[] { "a" } };
        Assert.Equal(expected, JinjaTemplate.Parse(template).Render(variables));
    }

    [Theory]
    [InlineData("{{ {'b c': 1}|xmlattr }}", "ValueError")]
    [InlineData("{{ {'a=': 1}|xmlattr }}", "ValueError")]
    [InlineData("{{ {1: 1}|xmlattr }}", "TypeError")]
    [InlineData("{{ missing|xmlattr }}", "UndefinedError")]
    [InlineData("{{ [1]|xmlattr }}", "AttributeError")]
    public void Attributes_that_cannot_be_are_refused_with_the_class_of_Jinja2(string template, string errorClass) =>
        Assert.Equal(errorClass, Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new Dictionary<string, object?>())).ErrorClass);
}
