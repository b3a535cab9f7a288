namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(CheckDisplay))]
public sealed partial record DataCheck
{
    /// <summary>The findings as a table, in HTML: what a notebook shows.</summary>
    public string ToHtml() => CheckDisplay.Html(this);

    /// <summary>Writes a page with what <see cref="ToHtml"/> gives.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <exception cref="System.IO.IOException">It cannot be written; what was there is as before.</exception>
    public void SaveHtml(string path) => HtmlPage.Write(path, "Data check", ToHtml());
}
