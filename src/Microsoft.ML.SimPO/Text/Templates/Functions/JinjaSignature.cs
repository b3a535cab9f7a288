using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The parameters of a built-in, written as Python writes them: <c>"value, default_value='', boolean=False, *rest, **named"</c>.</summary>
internal sealed class JinjaSignature
{
    private static readonly object Required = new();

    private readonly string _owner;
    private readonly List<KeyValuePair<string, object?>> _parameters = [];
    private readonly bool _takesRest;
    private readonly bool _takesNamed;

    public JinjaSignature(string owner, string parameters)
    {
        _owner = owner;
        foreach (string parameter in parameters.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            if (parameter.StartsWith("**", StringComparison.Ordinal)) _takesNamed = true;
            else if (parameter.StartsWith('*')) _takesRest = true;
            else _parameters.Add(Parameter(parameter.Split('=')));
        }
    }

    /// <summary>The values of the parameters in their order, then what <c>*rest</c> (an array) and <c>**named</c> (a list of pairs) take.</summary>
    /// <exception cref="JinjaException">TypeError: an argument is missing, given twice, or not known.</exception>
    public object?[] Bind(JinjaArguments arguments)
    {
        var bound = new object?[_parameters.Count + 2];
        Array.Fill(bound, Required, 0, _parameters.Count);
        int positional = Math.Min(arguments.Positional.Length, _parameters.Count);
        Array.Copy(arguments.Positional, bound, positional);
        if (arguments.Positional.Length > positional && !_takesRest)
            throw JinjaException.Type(string.Create(
                CultureInfo.InvariantCulture, $"{_owner}() takes {_parameters.Count} positional arguments but {arguments.Positional.Length} were given"));
        bound[^2] = arguments.Positional[positional..];
        bound[^1] = BindKeywords(arguments, bound);
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (!ReferenceEquals(bound[i], Required)) continue;
            if (ReferenceEquals(_parameters[i].Value, Required)) throw JinjaException.Type($"{_owner}() missing required argument '{_parameters[i].Key}'");
            bound[i] = _parameters[i].Value;
        }
        return bound;
    }

    private List<KeyValuePair<string, object?>> BindKeywords(JinjaArguments arguments, object?[] bound)
    {
        List<KeyValuePair<string, object?>> named = [];
        foreach (KeyValuePair<string, object?> keyword in arguments.Keywords)
        {
            int index = _parameters.FindIndex(p => p.Key == keyword.Key);
            if (index >= 0)
            {
                if (!ReferenceEquals(bound[index], Required)) throw JinjaException.Type($"{_owner}() got multiple values for argument '{keyword.Key}'");
                bound[index] = keyword.Value;
            }
            else if (_takesNamed) named.Add(keyword);
            else throw JinjaException.Type($"{_owner}() got an unexpected keyword argument '{keyword.Key}'");
        }
        return named;
    }

    private static KeyValuePair<string, object?> Parameter(string[] parts) => new(parts[0], parts.Length == 1 ? Required : parts[1] switch
    {
        "None" => null,
        "True" => true,
        "False" => false,
        ['\'', .. string text, '\''] => text,
        ['0', '.', '0'] => 0.0,
        string number => long.Parse(number, CultureInfo.InvariantCulture),
    });
}
