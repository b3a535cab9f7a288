namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The arguments of a call, evaluated.</summary>
internal sealed record JinjaArguments(object?[] Positional, IReadOnlyList<KeyValuePair<string, object?>> Keywords)
{
    public static JinjaArguments Of(params object?[] positional) => new(positional, []);

    public JinjaArguments Skip(int count) => this with { Positional = Positional[count..] };

    public JinjaArguments Before(object? first) => this with { Positional = [first, .. Positional] };
}
