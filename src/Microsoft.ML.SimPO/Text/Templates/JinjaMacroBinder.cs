using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Syntax;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Binds the arguments of a macro, with <c>caller</c>, <c>kwargs</c> and <c>varargs</c> where its body uses them.</summary>
internal static class JinjaMacroBinder
{
    /// <param name="definition">The macro.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <param name="scope">Gets the parameters; the current scope, so that a default sees those before it.</param>
    /// <param name="evaluate">Evaluates a default.</param>
    public static void Bind(JinjaMacroDefinition definition, JinjaArguments arguments, JinjaScope scope, Func<JinjaExpression, object?> evaluate)
    {
        List<KeyValuePair<string, object?>> keywords = [.. arguments.Keywords];
        int count = definition.Parameters.Count;
        for (int i = 0; i < count; i++) BindParameter(definition, i, arguments, keywords, scope, evaluate);
        if (definition.UsesCaller)
            scope.Set("caller", Take(keywords, "caller", out object? caller) && caller is not null ? caller : new JinjaUndefined("No caller defined"));
        if (definition.UsesKeywords) scope.Set("kwargs", Dictionary(keywords));
        else if (keywords.Count > 0) throw UnknownKeyword(definition, keywords);
        if (definition.UsesVariadic) scope.Set("varargs", new JinjaTuple(arguments.Positional.Length > count ? arguments.Positional[count..] : []));
        else if (arguments.Positional.Length > count)
            throw JinjaException.Type(FormattableString.Invariant($"macro {Name(definition)} takes not more than {count} argument(s)"));
    }

    private static void BindParameter(
        JinjaMacroDefinition definition, int i, JinjaArguments arguments, List<KeyValuePair<string, object?>> keywords, JinjaScope scope,
        Func<JinjaExpression, object?> evaluate)
    {
        string name = definition.Parameters[i];
        int firstDefault = definition.Parameters.Count - definition.Defaults.Count;
        if (i < arguments.Positional.Length) scope.Set(name, arguments.Positional[i]);
        else if (Take(keywords, name, out object? value)) scope.Set(name, value);
        else if (i >= firstDefault) scope.Set(name, evaluate(definition.Defaults[i - firstDefault]));
        else scope.Set(name, new JinjaUndefined($"parameter '{name}' was not provided"));
    }

    private static bool Take(List<KeyValuePair<string, object?>> keywords, string name, out object? value)
    {
        int index = keywords.FindIndex(k => k.Key == name);
        value = index < 0 ? null : keywords[index].Value;
        if (index >= 0) keywords.RemoveAt(index);
        return index >= 0;
    }

    private static JinjaDictionary Dictionary(List<KeyValuePair<string, object?>> keywords)
    {
        var dictionary = new JinjaDictionary();
        foreach ((string key, object? value) in keywords) dictionary[key] = value;
        return dictionary;
    }

    private static JinjaException UnknownKeyword(JinjaMacroDefinition definition, List<KeyValuePair<string, object?>> keywords) =>
        keywords.Exists(k => k.Key == "caller")
        ? JinjaException.Type($"macro {Name(definition)} was invoked with two values for the special caller argument. This is most likely a bug.")
        : JinjaException.Type($"macro {Name(definition)} takes no keyword argument {PythonRepr.Of(keywords[0].Key)}");

    private static string Name(JinjaMacroDefinition definition) => definition.Name is { } name ? PythonRepr.Of(name) : "None";
}
