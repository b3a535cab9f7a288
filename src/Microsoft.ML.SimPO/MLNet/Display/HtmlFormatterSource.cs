namespace Microsoft.ML.SimPO;

/// <summary>Makes the formatter of a type; notebooks create it and call it by the name of its method.</summary>
internal abstract class HtmlFormatterSource<T>(Func<T, string> html)
{
    public IEnumerable<object> CreateTypeFormatters() => [new HtmlFormatter(value => html((T)value))];
}
