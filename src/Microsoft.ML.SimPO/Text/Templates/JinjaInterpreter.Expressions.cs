using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Syntax;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

internal sealed partial class JinjaInterpreter
{
    private object? Evaluate(JinjaExpression expression)
    {
        Budget.Spend();
        switch (expression)
        {
            case JinjaExpression.Constant constant: return constant.Value;
            case JinjaExpression.Name name: return _scope.Get(name.Identifier);
        }
        Budget.Enter();
        object? value = EvaluateNested(expression);
        Budget.Leave();
        return value;
    }

    private object? EvaluateNested(JinjaExpression expression) => expression switch
    {
        JinjaExpression.Attribute attribute => JinjaAttributes.Get(Evaluate(attribute.Target), attribute.Member),
        JinjaExpression.Item { Index: JinjaExpression.Slice slice } item =>
            JinjaAttributes.GetSlice(Evaluate(item.Target), (JinjaSlice)Evaluate(slice)!, Budget),
        JinjaExpression.Item item => JinjaAttributes.GetItem(Evaluate(item.Target), Evaluate(item.Index), Budget),
        JinjaExpression.Binary binary => JinjaArithmetic.Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right), Budget),
        JinjaExpression.Comparison comparison => EvaluateComparison(comparison),
        JinjaExpression.Filter filter => EvaluateFilter(filter, Evaluate(filter.Target!)),
        JinjaExpression.Test test => EvaluateTest(test),
        JinjaExpression.Call call => Call(Evaluate(call.Callee), Arguments(call.Site)),
        JinjaExpression.Not not => !JinjaValue.IsTrue(Evaluate(not.Operand)),
        JinjaExpression.And and => Evaluate(and.Left) is var left && JinjaValue.IsTrue(left) ? Evaluate(and.Right) : left,
        JinjaExpression.Or or => Evaluate(or.Left) is var left && JinjaValue.IsTrue(left) ? left : Evaluate(or.Right),
        JinjaExpression.Sign sign => JinjaArithmetic.Negate(Evaluate(sign.Operand), sign.IsNegative),
        JinjaExpression.Concatenation concatenation => Concatenate(concatenation),
        JinjaExpression.Conditional conditional => EvaluateConditional(conditional),
        JinjaExpression.TupleLiteral tuple => new JinjaTuple(EvaluateAll(tuple.Items)),
        JinjaExpression.ListLiteral list => new JinjaList(EvaluateAll(list.Items)),
        JinjaExpression.DictionaryLiteral dictionary => EvaluateDictionary(dictionary),
        JinjaExpression.Slice slice => new JinjaSlice(EvaluateOrNull(slice.Start), EvaluateOrNull(slice.Stop), EvaluateOrNull(slice.Step)),
        _ => throw new InvalidOperationException($"{expression.GetType().Name} has no value."),
    };

    /// <summary>A sum, from the left. As long as its terms are texts they are gathered, and <paramref name="texts"/> itself is the value.</summary>
    private object? EvaluateSum(JinjaExpression expression, JinjaTextSum texts)
    {
        if (expression is not JinjaExpression.Binary { Operator: "+" } sum)
        {
            object? first = Evaluate(expression);
            if (first is not string text) return first;
            texts.Add(text, Budget);
            return texts;
        }
        Budget.Spend();
        Budget.Enter();
        object? left = EvaluateSum(sum.Left, texts), right = Evaluate(sum.Right);
        if (left == texts && right is string more) texts.Add(more, Budget);
        else left = JinjaArithmetic.Apply(sum.Operator, left == texts ? texts.Join() : left, right, Budget);
        Budget.Leave();
        return left;
    }

    private object? EvaluateOrNull(JinjaExpression? expression) => expression is null ? null : Evaluate(expression);

    private object?[] EvaluateAll(IReadOnlyList<JinjaExpression> items)
    {
        var values = new object?[items.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Evaluate(items[i]);
        return values;
    }

    private JinjaDictionary EvaluateDictionary(JinjaExpression.DictionaryLiteral literal)
    {
        var dictionary = new JinjaDictionary();
        foreach ((JinjaExpression key, JinjaExpression value) in literal.Items) dictionary[Evaluate(key)] = Evaluate(value);
        return dictionary;
    }

    private bool EvaluateComparison(JinjaExpression.Comparison comparison)
    {
        object? left = Evaluate(comparison.First);
        foreach ((string operation, JinjaExpression operand) in comparison.Rest)
        {
            object? right = Evaluate(operand);
            if (!JinjaComparison.Apply(operation, left, right, Budget)) return false;
            left = right;
        }
        return true;
    }

    private object? EvaluateConditional(JinjaExpression.Conditional conditional)
    {
        if (JinjaValue.IsTrue(Evaluate(conditional.Condition))) return Evaluate(conditional.Then);
        return conditional.Else is { } otherwise
            ? Evaluate(otherwise)
            : new JinjaUndefined("the inline if-expression evaluated to false and no else section was defined.");
    }

    private string Concatenate(JinjaExpression.Concatenation concatenation)
    {
        string[] parts = [.. concatenation.Items.Select(item => JinjaValue.ToText(Evaluate(item), Budget))];
        Budget.SpendText(parts.Sum(part => (long)part.Length));
        return string.Concat(parts);
    }

    private object? EvaluateFilter(JinjaExpression.Filter filter, object? value) => CallFilter(filter.FilterName, Arguments(filter.Site).Before(value));

    /// <summary>Applies a filter by name, as map does too.</summary>
    public object? CallFilter(string name, JinjaArguments arguments) =>
        JinjaFilters.Find(name) is { } filter ? filter.Invoke(this, arguments) : throw JinjaException.Runtime($"No filter named '{name}' found.");

    private bool EvaluateTest(JinjaExpression.Test test)
    {
        object? value = Evaluate(test.Target);
        return CallTest(test.TestName, Arguments(test.Site).Before(value));
    }

    /// <summary>Applies a test by name, as select does too.</summary>
    public bool CallTest(string name, JinjaArguments arguments) =>
        JinjaTests.Find(name) is { } test ? JinjaValue.IsTrue(test.Invoke(this, arguments)) : throw JinjaException.Runtime($"No test named '{name}' found.");

    private JinjaArguments Arguments(JinjaCallSite site)
    {
        object?[] positional = EvaluateAll(site.Positional);
        List<KeyValuePair<string, object?>> keywords = [.. site.Keywords.Select(k => new KeyValuePair<string, object?>(k.Key, Evaluate(k.Value)))];
        if (site.More is { } more) positional = [.. positional, .. JinjaValue.Items(Evaluate(more), Budget)];
        if (site.Named is { } named) AddNamed(keywords, Evaluate(named));
        return new JinjaArguments(positional, keywords);
    }

    private void AddNamed(List<KeyValuePair<string, object?>> keywords, object? named)
    {
        if (named is not JinjaDictionary dictionary) throw JinjaException.Type($"argument after ** must be a mapping, not {JinjaValue.TypeName(named)}");
        foreach ((object? key, object? value) in dictionary.Items)
        {
            Budget.Spend(1 + (keywords.Count >> 3));
            string name = key as string ?? throw JinjaException.Type("keywords must be strings");
            if (keywords.Exists(k => k.Key == name)) throw JinjaException.Type($"got multiple values for keyword argument '{name}'");
            keywords.Add(new(name, value));
        }
    }

    public object? Call(object? callee, JinjaArguments arguments) => callee switch
    {
        JinjaCallable callable => callable.Call(this, arguments),
        JinjaUndefined undefined => throw undefined.Error(),
        _ => throw JinjaException.Type($"'{JinjaValue.TypeName(callee)}' object is not callable"),
    };

    /// <summary>Runs a macro with Jinja2's own rules for arguments; its value is the text it writes.</summary>
    public string CallMacro(JinjaMacro macro, JinjaArguments arguments)
    {
        Budget.Enter();
        JinjaScope caller = _scope;
        _scope = new JinjaScope(macro.Scope);
        JinjaMacroBinder.Bind(macro.Definition, arguments, _scope, Evaluate);
        Begin(macro.Definition.Body);
        string text = Capture(() => Execute(macro.Definition.Body), out _);
        _scope = caller;
        Budget.Leave();
        return text;
    }
}
