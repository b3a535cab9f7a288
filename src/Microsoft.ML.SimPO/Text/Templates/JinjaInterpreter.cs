using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Syntax;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Runs the statements of one template once.</summary>
internal sealed partial class JinjaInterpreter
{
    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    private static readonly JinjaScope Globals = GlobalScope();

    private readonly JinjaFrames _frames;
    private JinjaOutput _output = new();
    private JinjaScope _scope;

    public JinjaInterpreter(IReadOnlyDictionary<string, object?> variables, JinjaBudget budget, JinjaFrames frames)
    {
        (Budget, _frames) = (budget, frames);
        var context = new JinjaScope(Globals);
        foreach ((string name, object? value) in variables) context.Set(name, JinjaValue.From(value));
        _scope = new JinjaScope(context);
    }

    public JinjaBudget Budget { get; }

    public string Render(IReadOnlyList<JinjaStatement> template)
    {
        Begin(template);
        Execute(template);
        return _output.Finish();
    }

    /// <summary>The names that a body sets before it reads them are undefined until then, also to bodies inside it.</summary>
    private void Begin(IReadOnlyList<JinjaStatement> body)
    {
        foreach (string name in _frames.Undefined(body)) _scope.Set(name, JinjaUndefined.Name(name));
    }

    private Flow Execute(IReadOnlyList<JinjaStatement> body)
    {
        Budget.Enter();
        Flow flow = Flow.Normal;
        for (int i = 0; i < body.Count && flow == Flow.Normal; i++)
        {
            Budget.Spend();
            flow = Execute(body[i]);
        }
        Budget.Leave();
        return flow;
    }

    private Flow Execute(JinjaStatement statement)
    {
        switch (statement)
        {
            case JinjaStatement.Text text: Write(text.Value); return Flow.Normal;
            case JinjaStatement.Print print: return Print(print);
            case JinjaStatement.If branches: return If(branches);
            case JinjaStatement.For loop: return For(loop, Evaluate(loop.Iterated), 0);
            case JinjaStatement.Set set: return Set(set);
            case JinjaStatement.SetBlock block: return Captured(block.Body, text => Assign(block.Target, Filtered(block.Filter, text)));
            case JinjaStatement.FilterBlock block: return Captured(block.Body, text => WriteFiltered(Filtered(block.Filter, text)));
            case JinjaStatement.With with: return With(with);
            case JinjaStatement.Macro macro: _scope.Set(macro.Definition.Name!, new JinjaMacro(macro.Definition, _scope)); return Flow.Normal;
            case JinjaStatement.CallBlock call: return CallBlock(call);
            case JinjaStatement.Scoped scoped: return Scoped(new JinjaScope(_scope), scoped.Body);
            case JinjaStatement.Load load:
                Evaluate(load.Template);
                throw JinjaException.Type("no loader for this environment specified");
            case JinjaStatement.Break: return Flow.Break;
            default: return Flow.Continue;
        }
    }

    private Flow Set(JinjaStatement.Set set)
    {
        if (set.Target is JinjaExpression.NamespaceField field) RequireNamespace(field);
        Assign(set.Target, Evaluate(set.Value));
        return Flow.Normal;
    }

    private JinjaNamespace RequireNamespace(JinjaExpression.NamespaceField field) =>
        _scope.Get(field.Namespace) as JinjaNamespace ?? throw JinjaException.Runtime("cannot assign attribute on non-namespace object");

    private void Write(string text)
    {
        Budget.SpendText(text.Length);
        if ((long)_output.Length + text.Length > Budget.Options.MaxTextLength)
            throw JinjaException.Limit($"The template writes more than {Budget.Options.MaxTextLength} characters.");
        _output.Append(text);
    }

    /// <summary>Jinja2 joins what a filter block gives with the texts around it, so it must be one.</summary>
    private void WriteFiltered(object? value) =>
        Write(JinjaValue.AsText(value) ?? throw JinjaException.Type($"sequence item 0: expected str instance, {JinjaValue.TypeName(value)} found"));

    private Flow Print(JinjaStatement.Print print)
    {
        foreach (JinjaExpression value in print.Values)
        {
            if (value is JinjaExpression.Binary { Operator: "+" } sum) PrintSum(sum);
            else Write(JinjaValue.ToText(Evaluate(value), Budget));
        }
        return Flow.Normal;
    }

    /// <summary>Writes the terms of a sum of texts one by one: what joins them would only be written and forgotten.</summary>
    private void PrintSum(JinjaExpression.Binary sum)
    {
        var texts = new JinjaTextSum();
        object? value = EvaluateSum(sum, texts);
        if (value is not JinjaTextSum) Write(JinjaValue.ToText(value, Budget));
        else foreach (string text in texts.Texts) Write(text);
    }

    private Flow If(JinjaStatement.If statement)
    {
        foreach ((JinjaExpression condition, IReadOnlyList<JinjaStatement> body) in statement.Branches)
            if (JinjaValue.IsTrue(Evaluate(condition))) return Execute(body);
        return Execute(statement.Else);
    }

    private Flow For(JinjaStatement.For loop, object? iterated, int depth)
    {
        JinjaScope outer = _scope;
        object?[] items = Selected(loop, iterated);
        // As in Jinja2, the else branch runs unless the body ran to its end once: a break or continue in the only round does not count.
        bool completed = false;
        var state = new JinjaLoop(items, depth, loop.IsRecursive ? inner => Recurse(loop, inner, depth + 1, outer) : null);
        for (int i = 0; i < items.Length; i++)
        {
            Budget.Spend();
            state.Index = i;
            _scope = new JinjaScope(outer);
            _scope.Set("loop", state);
            Assign(loop.Target, items[i]);
            Begin(loop.Body);
            Flow flow = Execute(loop.Body);
            if (flow == Flow.Break) break;
            completed |= flow == Flow.Normal;
        }
        _scope = outer;
        return completed || loop.Else.Count == 0 ? Flow.Normal : Scoped(new JinjaScope(outer), loop.Else);
    }

    private object?[] Selected(JinjaStatement.For loop, object? iterated)
    {
        if (loop.Condition is not { } condition) return JinjaValue.ToArray(iterated, Budget);
        JinjaScope outer = _scope;
        List<object?> selected = [];
        foreach (object? item in JinjaValue.Items(iterated, Budget))
        {
            _scope = new JinjaScope(outer);
            Assign(loop.Target, item);
            if (JinjaValue.IsTrue(Evaluate(condition))) selected.Add(item);
        }
        _scope = outer;
        return [.. selected];
    }

    private string Recurse(JinjaStatement.For loop, object? iterated, int depth, JinjaScope scope)
    {
        JinjaScope caller = _scope;
        _scope = scope;
        string text = Capture(() => For(loop, iterated, depth), out _);
        _scope = caller;
        return text;
    }

    private Flow With(JinjaStatement.With with)
    {
        JinjaScope outer = _scope;
        var inner = new JinjaScope(outer);
        foreach ((JinjaExpression target, JinjaExpression expression) in with.Values)
        {
            object? value = Evaluate(expression);
            _scope = inner;
            Assign(target, value);
            _scope = outer;
        }
        return Scoped(inner, with.Body);
    }

    private Flow CallBlock(JinjaStatement.CallBlock block)
    {
        JinjaArguments arguments = Arguments(block.Call.Site);
        var caller = new JinjaMacro(block.Caller, _scope);
        arguments = arguments with { Keywords = [.. arguments.Keywords, new("caller", caller)] };
        Write(JinjaValue.ToText(Call(Evaluate(block.Call.Callee), arguments), Budget));
        return Flow.Normal;
    }

    private Flow Scoped(JinjaScope scope, IReadOnlyList<JinjaStatement> body)
    {
        JinjaScope outer = _scope;
        _scope = scope;
        Begin(body);
        Flow flow = Execute(body);
        _scope = outer;
        return flow;
    }

    /// <summary>Runs a body in a scope of its own and hands over its text, unless it left by break or continue.</summary>
    private Flow Captured(IReadOnlyList<JinjaStatement> body, Action<string> use)
    {
        string text = Capture(() => Scoped(new JinjaScope(_scope), body), out Flow flow);
        if (flow == Flow.Normal) use(text);
        return flow;
    }

    private string Capture(Func<Flow> run, out Flow flow)
    {
        JinjaOutput outer = _output;
        _output = new JinjaOutput();
        flow = run();
        string text = _output.Finish();
        _output = outer;
        return Budget.Text(text);
    }

    /// <summary>The text of a block through its filters, the innermost of which has no target.</summary>
    private object? Filtered(JinjaExpression? filter, string text)
    {
        if (filter is not JinjaExpression.Filter outer) return text;
        Budget.Enter();
        object? value = EvaluateFilter(outer, Filtered(outer.Target, text));
        Budget.Leave();
        return value;
    }

    private void Assign(JinjaExpression target, object? value)
    {
        switch (target)
        {
            case JinjaExpression.Name name: _scope.Set(name.Identifier, value); break;
            case JinjaExpression.NamespaceField field: RequireNamespace(field).Set(field.Field, value); break;
            default: Unpack(((JinjaExpression.TupleLiteral)target).Items, value); break;
        }
    }

    private void Unpack(IReadOnlyList<JinjaExpression> targets, object? value)
    {
        if (JinjaValue.TryItems(value) is null) throw JinjaException.Type($"cannot unpack non-iterable {JinjaValue.TypeName(value)} object");
        object?[] items = [.. JinjaValue.Items(value, Budget).Take(targets.Count + 1)];
        if (items.Length > targets.Count) throw JinjaException.Value(FormattableString.Invariant($"too many values to unpack (expected {targets.Count})"));
        if (items.Length < targets.Count)
            throw JinjaException.Value(FormattableString.Invariant($"not enough values to unpack (expected {targets.Count}, got {items.Length})"));
        for (int i = 0; i < items.Length; i++) Assign(targets[i], items[i]);
    }

    /// <summary>No template can write to it: every rendering begins with scopes of its own.</summary>
    private static JinjaScope GlobalScope()
    {
        var scope = new JinjaScope(null);
        foreach ((string name, object? value) in JinjaGlobals.All) scope.Set(name, value);
        return scope;
    }
}
