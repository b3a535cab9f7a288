using Microsoft.ML.SimPO.Text.Templates.Syntax;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>
/// A Jinja2 template, parsed once and rendered any number of times, from any number of threads.
/// </summary>
/// <remarks>
/// The environment is that in which transformers renders chat templates: an immutable sandbox with <c>trim_blocks</c> and
/// <c>lstrip_blocks</c>, no HTML escapes, <c>raise_exception</c>, <c>strftime_now</c> and its own <c>tojson</c>. A template is
/// input from strangers: it reaches nothing but the variables it is given, and work, text and depth are bounded.
/// </remarks>
internal sealed class JinjaTemplate
{
    /// <summary>Characters of a template at most.</summary>
    public const int MaxSourceLength = 1 << 20;

    private readonly IReadOnlyList<JinjaStatement> _body;
    private readonly JinjaFrames _frames;

    private JinjaTemplate(string source, IReadOnlyList<JinjaStatement> body)
    {
        Source = source;
        _body = body;
        _frames = JinjaFrames.Of(body);
    }

    public string Source { get; }

    /// <exception cref="JinjaException">The template is not valid.</exception>
    public static JinjaTemplate Parse(string source)
    {
        if (source.Length > MaxSourceLength) throw TooLong();
        return new JinjaTemplate(source, JinjaParser.Parse(source));
    }

    /// <summary>What is said of a source of more than <see cref="MaxSourceLength"/>.</summary>
    public static JinjaException TooLong() => JinjaException.Limit($"The template has more than {MaxSourceLength} characters.");

    /// <param name="variables">The names that the template sees: strings, numbers, bools, null, lists, dictionaries, JSON, <see cref="Message"/>.</param>
    /// <param name="options">Bounds and clock; the default ones where left out.</param>
    /// <exception cref="JinjaException">The template failed or exceeds a bound.</exception>
    /// <exception cref="ArgumentException">A variable is of another type.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables, JinjaOptions? options = null) =>
        Render(variables, new JinjaBudget(options ?? JinjaOptions.Default));

    /// <summary>The same at the cost of a budget, which knows afterwards what was spent.</summary>
    internal string Render(IReadOnlyDictionary<string, object?> variables, JinjaBudget budget)
    {
        try
        {
            return new JinjaInterpreter(variables, budget, _frames).Render(_body);
        }
        catch (InsufficientExecutionStackException)
        {
            throw JinjaException.Recursion();
        }
    }
}
