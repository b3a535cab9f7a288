namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(JudgeDisplay))]
public sealed partial class JudgeResult
{
    /// <summary>The figures and the first prompts as tables, in HTML: what a notebook shows.</summary>
    public string ToHtml() => JudgeDisplay.Html(this);

    /// <summary>Writes a page with what <see cref="ToHtml"/> gives.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <exception cref="System.IO.IOException">It cannot be written; what was there is as before.</exception>
    public void SaveHtml(string path) => HtmlPage.Write(path, "Verdict", ToHtml());
}
