namespace Microsoft.ML.SimPO;

/// <summary>
/// Known to notebooks (.NET Interactive) by its name and its properties' names: they show the type that carries it with the formatters of
/// <see cref="FormatterSourceType"/>. The library needs no notebook package for that.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[] PreferredMimeTypes { get; } = [HtmlFormatter.Html];
}
