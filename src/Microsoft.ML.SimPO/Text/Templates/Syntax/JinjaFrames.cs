using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>
/// Which names each body begins with as undefined, as Jinja2 compiles it: where the first that a body itself does with a name is to set it, in any case, and no
/// body around it knows the name, it is undefined before that also for the bodies inside, whatever the variables hold.
/// </summary>
internal sealed class JinjaFrames
{
    private readonly Dictionary<IReadOnlyList<JinjaStatement>, string[]> _undefined = new(ReferenceEqualityComparer.Instance);

    private JinjaFrames()
    {
    }

    public static JinjaFrames Of(IReadOnlyList<JinjaStatement> template)
    {
        var frames = new JinjaFrames();
        try
        {
            frames.Add(template, null, []);
        }
        catch (InsufficientExecutionStackException)
        {
            // Nested deeper than any rendering gets: that says so.
        }
        return frames;
    }

    /// <summary>The names that are undefined when a body begins.</summary>
    public string[] Undefined(IReadOnlyList<JinjaStatement> body) => _undefined.GetValueOrDefault(body, []);

    private void Add(JinjaMacroDefinition macro, JinjaNames outer)
    {
        var known = new JinjaNames(outer);
        foreach (string name in macro.Parameters) known.Declare(name);
        known.VisitAll(macro.Defaults);
        Add(macro.Body, known);
    }

    /// <param name="targets">What the body gets values for.</param>
    private void Add(IReadOnlyList<JinjaStatement> body, JinjaNames? outer, IEnumerable<JinjaExpression> targets)
    {
        var known = new JinjaNames(outer);
        foreach (JinjaExpression target in targets) known.Declare(target);
        Add(body, known);
    }

    private void Add(IReadOnlyList<JinjaStatement> body, JinjaNames known)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        known.Visit(body);
        string[] undefined = [.. known.Undefined];
        if (undefined.Length > 0) _undefined[body] = undefined;
        foreach (JinjaStatement statement in body) AddInner(statement, known);
    }

    private void AddInner(JinjaStatement statement, JinjaNames outer)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (statement)
        {
            case JinjaStatement.If branches:
                foreach ((_, IReadOnlyList<JinjaStatement> body) in branches.Branches)
                    foreach (JinjaStatement inner in body) AddInner(inner, outer);
                foreach (JinjaStatement inner in branches.Else) AddInner(inner, outer);
                break;
            case JinjaStatement.For loop:
                Add(loop.Body, outer, [loop.Target, new JinjaExpression.Name("loop")]);
                Add(loop.Else, outer, []);
                break;
            case JinjaStatement.SetBlock block: Add(block.Body, outer, []); break;
            case JinjaStatement.FilterBlock block: Add(block.Body, outer, []); break;
            case JinjaStatement.With with: Add(with.Body, outer, with.Values.Select(value => value.Key)); break;
            case JinjaStatement.Scoped scoped: Add(scoped.Body, outer, []); break;
            case JinjaStatement.Macro macro: Add(macro.Definition, outer); break;
            case JinjaStatement.CallBlock call: Add(call.Caller, outer); break;
        }
    }
}
