using System.Runtime.CompilerServices;
using Microsoft.ML.SimPO.Text.Templates.Functions;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>The names that a body itself reads and sets, in its order; what bodies inside do with names is theirs.</summary>
/// <param name="outer">Those of the body around it; null for a template's own.</param>
internal sealed class JinjaNames(JinjaNames? outer)
{
    private readonly Dictionary<string, bool> _isUndefined = new(StringComparer.Ordinal);
    private int _branches;

    /// <summary>Those that are set before anything else is done with them.</summary>
    public IEnumerable<string> Undefined => _isUndefined.Where(name => name.Value).Select(name => name.Key);

    /// <summary>Names that the body gets, or reads where the value is no name.</summary>
    public void Declare(JinjaExpression target)
    {
        if (target is JinjaExpression.Name name) Declare(name.Identifier);
        else if (target is JinjaExpression.TupleLiteral tuple) foreach (JinjaExpression item in tuple.Items) Declare(item);
        else Visit(target);
    }

    public void Declare(string name) => _isUndefined[name] = false;

    public void VisitAll(IEnumerable<JinjaExpression> expressions)
    {
        foreach (JinjaExpression expression in expressions) Visit(expression);
    }

    public void Visit(IReadOnlyList<JinjaStatement> body)
    {
        foreach (JinjaStatement statement in body) Visit(statement);
    }

    private void Visit(JinjaStatement statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (statement)
        {
            case JinjaStatement.Print print: VisitAll(print.Values); break;
            case JinjaStatement.If branches: VisitBranches(branches); break;
            case JinjaStatement.For loop: Visit(loop.Iterated); break;
            case JinjaStatement.Set set:
                Visit(set.Value);
                Store(set.Target);
                break;
            case JinjaStatement.SetBlock block: Store(block.Target); break;
            case JinjaStatement.FilterBlock block: Visit(block.Filter); break;
            case JinjaStatement.With with: VisitAll(with.Values.Select(value => value.Value)); break;
            case JinjaStatement.Macro macro: Store(macro.Definition.Name!); break;
            case JinjaStatement.CallBlock call: Visit(call.Call); break;
            case JinjaStatement.Load load: Visit(load.Template); break;
        }
    }

    /// <summary>What only a branch sets was something else before: there the variables count.</summary>
    private void VisitBranches(JinjaStatement.If statement)
    {
        _branches++;
        foreach ((JinjaExpression condition, IReadOnlyList<JinjaStatement> body) in statement.Branches)
        {
            Visit(condition);
            Visit(body);
        }
        Visit(statement.Else);
        _branches--;
    }

    private bool IsKnownOutside(string name) => outer is not null && (outer._isUndefined.ContainsKey(name) || outer.IsKnownOutside(name));

    private void Load(string name)
    {
        if (!IsKnownOutside(name)) _isUndefined.TryAdd(name, false);
    }

    private void Store(string name) => _isUndefined.TryAdd(name, _branches == 0 && !IsKnownOutside(name));

    private void Store(JinjaExpression target)
    {
        if (target is JinjaExpression.Name name) Store(name.Identifier);
        else if (target is JinjaExpression.TupleLiteral tuple) foreach (JinjaExpression item in tuple.Items) Store(item);
        else Visit(target);
    }

    private void Visit(JinjaExpression? expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case JinjaExpression.Name name: Load(name.Identifier); break;
            case JinjaExpression.NamespaceField field: Load(field.Namespace); break;
            case JinjaExpression.Call call: Visit(call.Site, call.Callee); break;
            case JinjaExpression.Filter filter: Visit(filter.Site, filter.Target); break;
            case JinjaExpression.Test test: Visit(test.Site, test.Target); break;
            case not null: VisitAll(PartsOf(expression)); break;
        }
    }

    private void Visit(JinjaCallSite site, JinjaExpression? target)
    {
        Visit(target);
        VisitAll(site.Positional);
        VisitAll(site.Keywords.Select(keyword => keyword.Value));
        Visit(site.More);
        Visit(site.Named);
    }

    private static IEnumerable<JinjaExpression> PartsOf(JinjaExpression expression) => expression switch
    {
        JinjaExpression.TupleLiteral tuple => tuple.Items,
        JinjaExpression.ListLiteral list => list.Items,
        JinjaExpression.DictionaryLiteral dictionary => dictionary.Items.SelectMany(item => new[] { item.Key, item.Value }),
        JinjaExpression.Attribute attribute => [attribute.Target],
        JinjaExpression.Item item => [item.Target, item.Index],
        JinjaExpression.Slice slice => new[] { slice.Start, slice.Stop, slice.Step }.OfType<JinjaExpression>(),
        JinjaExpression.Not not => [not.Operand],
        JinjaExpression.Sign sign => [sign.Operand],
        JinjaExpression.Binary binary => [binary.Left, binary.Right],
        JinjaExpression.And and => [and.Left, and.Right],
        JinjaExpression.Or or => [or.Left, or.Right],
        JinjaExpression.Comparison comparison => comparison.Rest.Select(rest => rest.Value).Prepend(comparison.First),
        JinjaExpression.Concatenation concatenation => concatenation.Items,
        JinjaExpression.Conditional conditional => new[] { conditional.Condition, conditional.Then, conditional.Else }.OfType<JinjaExpression>(),
        _ => [],
    };
}
