using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

internal static partial class JinjaFilters
{
    private static void AddSelections(Adder add)
    {
        add("map", "value, *args, **kwargs", (c, a) => Generator(c, Map(c, a[0], Rest(a))));
        add("select", "value, *args, **kwargs", (c, a) => Generator(c, Select(c, a[0], Rest(a), byAttribute: false, keeps: true)));
        add("reject", "value, *args, **kwargs", (c, a) => Generator(c, Select(c, a[0], Rest(a), byAttribute: false, keeps: false)));
        add("selectattr", "value, *args, **kwargs", (c, a) => Generator(c, Select(c, a[0], Rest(a), byAttribute: true, keeps: true)));
        add("rejectattr", "value, *args, **kwargs", (c, a) => Generator(c, Select(c, a[0], Rest(a), byAttribute: true, keeps: false)));
    }

    private static JinjaArguments Rest(object?[] bound) => new((object?[])bound[^2]!, (List<KeyValuePair<string, object?>>)bound[^1]!);

    private static IEnumerable<object?> Map(JinjaInterpreter interpreter, object? value, JinjaArguments arguments)
    {
        if (!JinjaValue.IsTrue(value)) yield break;
        Func<object?, object?> map = Mapping(interpreter, arguments);
        foreach (object? item in JinjaValue.Items(value, interpreter.Budget)) yield return map(item);
    }

    private static Func<object?, object?> Mapping(JinjaInterpreter interpreter, JinjaArguments arguments)
    {
        int attribute = arguments.Keywords.ToList().FindIndex(k => k.Key == "attribute");
        if (arguments.Positional.Length == 0 && attribute >= 0)
        {
            if (arguments.Keywords.FirstOrDefault(k => k.Key is not ("attribute" or "default")).Key is { } unknown)
                throw JinjaException.Argument($"Unexpected keyword argument '{unknown}'");
            object? otherwise = arguments.Keywords.FirstOrDefault(k => k.Key == "default").Value;
            return new JinjaItemPath(arguments.Keywords[attribute].Value, otherwise, interpreter.Budget).Of;
        }
        if (arguments.Positional.Length == 0) throw JinjaException.Argument("map requires a filter argument");
        string filter = FunctionName(arguments.Positional[0], interpreter.Budget);
        JinjaArguments rest = arguments.Skip(1);
        return item => interpreter.CallFilter(filter, rest.Before(item));
    }

    private static IEnumerable<object?> Select(JinjaInterpreter interpreter, object? value, JinjaArguments arguments, bool byAttribute, bool keeps)
    {
        if (!JinjaValue.IsTrue(value)) yield break;
        if (byAttribute && arguments.Positional.Length == 0) throw JinjaException.Argument("Missing parameter for attribute name");
        Func<object?, object?> picked = byAttribute ? new JinjaItemPath(arguments.Positional[0], null, interpreter.Budget).Of : item => item;
        JinjaArguments rest = byAttribute ? arguments.Skip(1) : arguments;
        Func<object?, bool> test = rest.Positional.Length == 0 ? JinjaValue.IsTrue : Testing(interpreter, rest);
        foreach (object? item in JinjaValue.Items(value, interpreter.Budget))
            if (test(picked(item)) == keeps) yield return item;
    }

    private static string FunctionName(object? name, JinjaBudget budget) =>
        JinjaDictionary.IsHashable(name) ? JinjaValue.ToText(name, budget) : throw JinjaException.Type($"unhashable type: '{JinjaValue.TypeName(name)}'");

    private static Func<object?, bool> Testing(JinjaInterpreter interpreter, JinjaArguments arguments)
    {
        string name = FunctionName(arguments.Positional[0], interpreter.Budget);
        JinjaArguments rest = arguments.Skip(1);
        return item => interpreter.CallTest(name, rest.Before(item));
    }
}
