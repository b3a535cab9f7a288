using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit;

namespace Microsoft.ML.SimPO;

/// <summary>The page as a browser shows it, on a desk and on a phone, to people who like it light and dark.</summary>
public sealed class ReportInABrowserTests : IDisposable
{
    private const int Desk = 1280, Phone = 390;

    /// <summary>Both widths beside each other, and what a script sees of them.</summary>
    private const string Frames = """
        <!DOCTYPE html><meta charset="utf-8"><pre id="seen"></pre>
        <iframe width="1280" height="900" srcdoc="PAGE"></iframe><iframe width="390" height="900" srcdoc="PAGE"></iframe>
        <script>
        const lines = (page, element) => {
          const range = page.createRange();
          range.selectNodeContents(element);
          return new Set([...range.getClientRects()].map(r => r.top)).size;
        };
        addEventListener("load", () => document.getElementById("seen").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(frame => {
          const page = frame.contentDocument, body = page.body, style = frame.contentWindow.getComputedStyle(body);
          const out = [...page.querySelectorAll("body > :not(.wide), svg text")].filter(e => e.getBoundingClientRect().right > frame.clientWidth + 1);
          const broken = [...page.querySelectorAll("td.n")].filter(e => e.getClientRects().length && e.clientHeight > 0
            && lines(page, e) > 1);
          return { width: frame.clientWidth, scroll: page.documentElement.scrollWidth, out: out.length, broken: broken.length, text: style.color,
            back: style.backgroundColor, charts: [...page.querySelectorAll("svg")].filter(e => e.getBoundingClientRect().width > 100).length,
            numbers: [...page.querySelectorAll("td.n")].map(e => e.innerText).filter(t => t) };
        })));
        </script>
        """;

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_overflows_or_is_broken_and_every_number_is_one_of_the_JSON(bool isDark)
    {
        Skip.If(Browser.Path is null, "There is no Chromium.");
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
            (o.LearningRate, o.Epochs, o.OutputPath, o.ValidationFraction, o.SampleAnswers) = (2e-2, 3, _folder.File("run"), 0.25, 2));
        using (_context.Alignment.Trainers.SimPO(options).Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16))))
        {
            // the folder has what the report needs
        }
        AlignmentReport report = _context.Alignment.Report(_folder.File("run"));
        string page = _folder.Write("page.html", Frames.Replace("PAGE", WebUtility.HtmlEncode(report.ToHtml()), StringComparison.Ordinal));
        (string document, string[] console) = await Browser.Open(page, _folder.File("profile"), isDark);
        Assert.Empty(console);
        const string start = "<pre id=\"seen\">";
        int at = document.IndexOf(start, StringComparison.Ordinal) + start.Length;
        string seen = WebUtility.HtmlDecode(document[at..document.IndexOf("</pre>", at, StringComparison.Ordinal)]);
        JsonElement[] frames = [.. JsonDocument.Parse(seen).RootElement.EnumerateArray()];
        Assert.Equal([Desk, Phone], frames.Select(f => f.GetProperty("width").GetInt32()));
        double[] numbers = [.. JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("tables").EnumerateArray()
            .SelectMany(t => t.GetProperty("rows").EnumerateArray()).SelectMany(r => r.EnumerateArray())
            .Where(c => c.ValueKind == JsonValueKind.Number).Select(c => c.GetDouble())];
        Assert.All(frames, frame =>
        {
            Assert.InRange(frame.GetProperty("scroll").GetInt32(), 1, frame.GetProperty("width").GetInt32());
            Assert.Equal((0, 0), (frame.GetProperty("out").GetInt32(), frame.GetProperty("broken").GetInt32()));
            Assert.Equal(8, frame.GetProperty("charts").GetInt32());
            Assert.Equal(numbers, frame.GetProperty("numbers").EnumerateArray().Select(n => double.Parse(n.GetString()!, CultureInfo.InvariantCulture)));
            (string text, string back) = isDark ? ("rgb(232, 232, 236)", "rgb(23, 23, 26)") : ("rgb(27, 27, 31)", "rgb(255, 255, 255)");
            Assert.Equal((text, back), (frame.GetProperty("text").GetString(), frame.GetProperty("back").GetString()));
        });
    }
}
