namespace Microsoft.ML.SimPO;

/// <summary>Writes a value as HTML; notebooks call it by the names of its members.</summary>
internal sealed class HtmlFormatter(Func<object, string> html)
{
    public const string Html = "text/html";

    public string MimeType { get; } = Html;

    public bool Format(object instance, TextWriter writer)
    {
        writer.Write(html(instance));
        return true;
    }
}
